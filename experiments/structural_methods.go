package experiments

import (
	"slices"

	"espalier/lth"
	"espalier/prune"
)

// structuralMethods are the methods of lth/structural.
func structuralMethods() []Method {
	paper := []Method{
		{lth.Refill.Name, "Refill", "as many whole channels as the ticket has weights for"},
		{lth.RefillPlus.Name, "Refill+", "Refill with a share of the dropped channels besides"},
		{lth.Regroup.Name, "Regroup", "dense blocks of the ticket's rows and columns"},
	}
	code := []Method{
		{lth.ReferenceRefill.Name, "Refill, authors' code", "Refill as the authors' code does it"},
		{lth.ReferenceRefillPlus.Name, "Refill+, authors' code", "Refill+ as the authors' code does it"},
		{lth.ReferenceRegroup.Name, "Regroup, authors' code", "Regroup as the authors' code does it"},
	}
	return slices.Concat(
		[]Method{{lth.Tickets, "IMP", "unstructured tickets by iterative magnitude pruning, weights rewound"}},
		paper,
		[]Method{{lth.RandomReinitialization.Name, "random re-initialisation", "the ticket's mask with new initial weights"}},
		reinitialized(paper), code, reinitialized(code),
		[]Method{
			{lth.OneShot.Name, "one-shot", "pruned once, from the trained dense network"},
			{lth.RandomMask.Name, "random mask", "as many weights of each layer as the ticket, chosen at random"},
			{lth.SNIP.Name, "SNIP", "pruned before training, by the loss's sensitivity"},
			{lth.GraSP.Name, "GraSP", "pruned before training, by what keeps gradients flowing"},
			{lth.SynFlow.Name, "SynFlow", "pruned before training, by synaptic flow"},
			{lth.ADMM.Name, "ADMM", "pruned after training towards sparse weights"},
			{Dense, "dense", "the whole network"},
		})
}

// reinitialized are the controls that train the structures of methods from new weights.
func reinitialized(methods []Method) []Method {
	again := make([]Method, len(methods))
	for i, m := range methods {
		again[i] = Method{
			lth.Reinitialized(lth.Control{Name: m.Name}).Name, m.Title + ", re-initialised", "the mask of " + m.Title + " with new initial weights",
		}
	}
	return again
}

// control is the control of a name, with the cell's hyper-parameters.
func (o *Structural) control(name string) (lth.Control, error) {
	for _, control := range o.structures() {
		for _, of := range []lth.Control{control, lth.Reinitialized(control)} {
			if of.Name == name {
				return of, nil
			}
		}
	}
	return lth.LookupControl(name)
}

// structures are the controls that make a ticket structural, as the paper and as the
// authors' code do it.
func (o *Structural) structures() []lth.Control {
	return []lth.Control{
		lth.NewRefill(lth.Refill.Name, o.refill(prune.Paper, 0)),
		lth.NewRefill(lth.RefillPlus.Name, o.refill(prune.Paper, o.Extra)),
		lth.NewRegroup(lth.Regroup.Name, o.regroup(prune.Paper)),
		lth.NewRefill(lth.ReferenceRefill.Name, o.refill(prune.Reference, 0)),
		lth.NewRefill(lth.ReferenceRefillPlus.Name, o.refill(prune.Reference, o.Extra)),
		lth.NewRegroup(lth.ReferenceRegroup.Name, o.regroup(prune.Reference)),
	}
}

func (o *Structural) refill(v prune.Variant, extra float64) prune.RefillOptions {
	return prune.RefillOptions{Variant: v, Criterion: o.Criterion, Extra: extra}
}

func (o *Structural) regroup(v prune.Variant) prune.RegroupOptions {
	return prune.RegroupOptions{Variant: v, Clusters: o.Clusters, BlockRows: o.BlockRows, FewestRows: o.FewestRows}
}
