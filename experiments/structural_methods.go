package experiments

import (
	"context"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"espalier/lth"
	"espalier/prune"
)

// groupAware is the method that regroups each level's mask before the next prunes it.
const groupAware = "group-aware"

// structuralMethods are the methods of lth/structural.
func structuralMethods() []Method {
	paper := []Method{
		{lth.Refill.Name, "Refill", "as many whole channels as the ticket has weights for"},
		{lth.RefillPlus.Name, "Refill+", "Refill's channels, and a share of those that it drops"},
		{lth.Regroup.Name, "Regroup", "dense blocks of the ticket's rows and columns"},
	}
	aware := []Method{{groupAware, "group-aware IMP", "tickets, each regrouped before the next is pruned from it"}}
	code := []Method{
		{lth.ReferenceRefill.Name, "Refill, authors' code", "Refill as the authors' code does it"},
		{lth.ReferenceRefillPlus.Name, "Refill+, authors' code", "Refill+ as the authors' code does it"},
		{lth.ReferenceRegroup.Name, "Regroup, authors' code", "Regroup as the authors' code does it"},
	}
	sources := maskSources()
	return slices.Concat(
		[]Method{{lth.Tickets, "IMP", "unstructured tickets by iterative magnitude pruning, weights rewound"}},
		paper,
		[]Method{{lth.RandomReinitialization.Name, "random re-initialisation", "the ticket's mask with new initial weights"}},
		reinitialized(paper), aware, reinitialized(aware), code, reinitialized(code), sources,
		[]Method{
			{lth.ReferenceGraSP.Name, "GraSP, authors' code", "GraSP by magnitude, as the authors' code does it"},
			{lth.ReferenceSynFlow.Name, "SynFlow, authors' code", "SynFlow with most pruning in the last rounds, as the authors' code does it"},
			{lth.ReferenceADMM.Name, "ADMM, authors' code", "ADMM with the norm unsquared, as the authors' code does it"},
		},
		sourced(paper[0], sources), sourced(paper[2], sources),
		[]Method{{Dense, "dense", "the whole network"}})
}

// maskSources are the other ways to an unstructured mask that the paper's ablation
// compares iterative magnitude pruning with.
func maskSources() []Method {
	return []Method{
		{lth.OneShot.Name, "one-shot", "pruned once, from the trained dense network"},
		{lth.RandomMask.Name, "random mask", "as many weights in each layer as the ticket has, chosen at random"},
		{lth.SNIP.Name, "SNIP", "pruned before training, by the loss's sensitivity"},
		{lth.GraSP.Name, "GraSP", "pruned before training, by what keeps gradients flowing"},
		{lth.SynFlow.Name, "SynFlow", "pruned before training, by synaptic flow"},
		{lth.ADMM.Name, "ADMM", "pruned after training towards sparse weights"},
	}
}

// reinitialized are the controls that train the structures of methods from new weights.
func reinitialized(methods []Method) []Method {
	again := make([]Method, len(methods))
	for i, m := range methods {
		again[i] = Method{
			lth.Reinitialized(lth.Control{Name: m.Name}).Name, m.Title + ", re-initialised",
			"the structure of " + strings.Replace(m.Title, ", authors' code", " as in the authors' code", 1) + ", trained from new initial weights",
		}
	}
	return again
}

// sourced are a structural method on the masks of each source.
func sourced(m Method, sources []Method) []Method {
	methods := make([]Method, len(sources))
	for i, source := range sources {
		methods[i] = Method{
			sourcedName(m.Name, source.Name), m.Title + " of " + source.Title,
			m.Title + " applied to the " + strings.TrimSuffix(source.Title, " mask") + " mask",
		}
	}
	return methods
}

func sourcedName(method, source string) string { return method + "-" + source }

// structured is a control and the method whose masks it is made of.
type structured struct {
	lth.Control
	source string
}

// control is the control of a name, with the cell's hyper-parameters.
func (o *Structural) control(name string) (structured, error) {
	for _, of := range o.structures() {
		if of.Name == name {
			return of, nil
		}
	}
	control, err := lth.LookupControl(name)
	return structured{control, lth.Tickets}, err
}

// structures are the controls that make a mask structural, and those with new weights.
func (o *Structural) structures() []structured {
	aware := lth.Control{
		Name: lth.Reinitialized(lth.Control{Name: groupAware}).Name, Reshapes: true, Start: lth.RandomReinitialization.Start,
	}
	all := []structured{{aware, groupAware}}
	for _, control := range []lth.Control{
		lth.NewRefill(lth.Refill.Name, o.refill(prune.Paper, 0)),
		lth.NewRefill(lth.RefillPlus.Name, o.refill(prune.Paper, o.Extra)),
		lth.NewRegroup(lth.Regroup.Name, o.regroup(prune.Paper)),
		lth.NewRefill(lth.ReferenceRefill.Name, o.refill(prune.Reference, 0)),
		lth.NewRefill(lth.ReferenceRefillPlus.Name, o.refill(prune.Reference, o.Extra)),
		lth.NewRegroup(lth.ReferenceRegroup.Name, o.regroup(prune.Reference)),
	} {
		all = append(all, structured{control, lth.Tickets}, structured{lth.Reinitialized(control), lth.Tickets})
	}
	for _, source := range maskSources() {
		all = append(all,
			structured{lth.NewRefill(sourcedName(lth.Refill.Name, source.Name), o.refill(prune.Paper, 0)), source.Name},
			structured{lth.NewRegroup(sourcedName(lth.Regroup.Name, source.Name), o.regroup(prune.Paper)), source.Name})
	}
	return all
}

func (o *Structural) refill(v prune.Variant, extra float64) prune.RefillOptions {
	return prune.RefillOptions{Variant: v, Criterion: o.Criterion, Extra: extra}
}

func (o *Structural) regroup(v prune.Variant) prune.RegroupOptions {
	return prune.RegroupOptions{Variant: v, Clusters: o.Clusters, BlockRows: o.BlockRows, FewestRows: o.FewestRows}
}

// needs are the methods whose cells a method's reads: the tickets, from which all begin,
// and the source of its masks.
func (o *Structural) needs(method string) []string {
	if method == lth.Tickets {
		return nil
	}
	if of, err := o.control(method); err == nil && of.source != lth.Tickets {
		return []string{lth.Tickets, of.source}
	}
	return []string{lth.Tickets}
}

// levels are the cell's levels: the tickets, or those of another method.
func (o *Structural) levels(ctx context.Context, w Work, d Desc, study lth.Study) (iter.Seq2[lth.Level, error], error) {
	study.Folder = filepath.Join(w.Folder, studyFolder)
	if d.Method == lth.Tickets {
		return study.Tickets(ctx), nil
	}
	return o.made(ctx, d.Method, study, append(slices.Clone(w.Needed), w.Folder))
}

// made are the levels of a method that is made of the tickets: the dense network that they
// begin with, or what a control makes of them or of its source's. The folders are those of
// the cells of the tickets, of the source if there is one, and of the method.
func (o *Structural) made(ctx context.Context, method string, study lth.Study, folders []string) (iter.Seq2[lth.Level, error], error) {
	found := study
	found.Folder = filepath.Join(folders[0], studyFolder)
	study.Folder = filepath.Join(folders[len(folders)-1], studyFolder)
	switch method {
	case Dense:
		found.Options.Levels = 0
		return found.Tickets(ctx), nil
	case groupAware:
		return o.groupAware(ctx, study, found)
	}
	control, err := o.control(method)
	if err != nil {
		return nil, err
	}
	masks := o.chosen(found.Tickets(ctx))
	if control.source != lth.Tickets {
		if masks, err = o.made(ctx, control.source, study, folders[:len(folders)-1]); err != nil {
			return nil, err
		}
	}
	return study.Control(ctx, control.Control, masks), nil
}

// groupAware are the levels of a study that regroups each of its masks, from the dense
// network of the tickets on.
func (o *Structural) groupAware(ctx context.Context, study, found lth.Study) (iter.Seq2[lth.Level, error], error) {
	found.Options.Levels = 0
	dense, err := first(found.Tickets(ctx))
	if err != nil {
		return nil, err
	}
	study.Folder = filepath.Join(study.Folder, groupAware)
	study.Options.Reshape = lth.GroupAware(o.regroup(prune.Paper))
	return o.chosen(study.TicketsFrom(ctx, dense)), nil
}

// chosen are the tickets that controls are made of. The dense network is none.
func (o *Structural) chosen(tickets iter.Seq2[lth.Level, error]) iter.Seq2[lth.Level, error] {
	return func(yield func(lth.Level, error) bool) {
		for level, err := range tickets {
			if err == nil && !slices.Contains(o.at(), level.Index) {
				continue
			}
			if !yield(level, err) {
				return
			}
		}
	}
}
