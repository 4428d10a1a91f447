package cgp

import (
	"espalier/gnn"
	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

// part is the program of a problem, or of what is left of it.
type part struct {
	whole   Problem
	options Options
	learned []nn.Parameter // of the whole
	program *gnn.Program
	// first are the initial learned values of the whole's edges and features.
	first nn.Weights
	// base are all values of the whole, as they were when this part began. kept are the
	// positions in them of this part's values, by parameter; nil means all.
	base nn.Weights
	kept map[string][]int
}

// newPart is the whole of a problem at its beginning.
func newPart(problem Problem, options Options, on *gnn.Graph, learned []nn.Parameter, mask *prune.Mask) (*part, error) {
	p := &part{whole: problem, options: options, learned: learned}
	values, err := p.initial(on.Shape())
	if err != nil {
		return nil, err
	}
	if p.base, err = mask.Apply(values); err != nil {
		return nil, err
	}
	p.first = make(nn.Weights, len(learned))
	for _, parameter := range learned {
		p.first[parameter.Name] = p.base[parameter.Name]
	}
	recipe, err := p.recipe(problem.Network, on, learned, mask, p.first)
	if err != nil {
		return nil, err
	}
	p.program, err = problem.begin(recipe, p.base, problem.Seed.Derive("training"), living(mask))
	return p, err
}

// initial are the values that training begins with.
func (p *part) initial(s gnn.Shape) (nn.Weights, error) {
	weights, err := gnn.Initialize(p.whole.Network, s, p.options.Initializer, p.whole.Seed.Derive("initial weights"))
	if err != nil {
		return nil, err
	}
	for _, parameter := range p.learned {
		start := make([]float32, parameter.Size())
		random := p.whole.Seed.Derive("initial weights").Stream(parameter.Name)
		for i := range start {
			switch {
			case parameter.Name == Features:
				start[i] = 1
			case p.options.EdgeStart != 0:
				start[i] = float32(p.options.EdgeStart)
			default:
				start[i] = float32(random.NormFloat64())
			}
		}
		weights[parameter.Name] = start
	}
	return weights, nil
}

// recipe is the recipe of a network on a graph whose initial learned values are first.
func (p *part) recipe(network gnn.Network, on *gnn.Graph, learned []nn.Parameter, mask *prune.Mask, first nn.Weights) (gnn.Recipe, error) {
	variant := p.options.Schedule.Variant
	recipe := gnn.Recipe{
		Graph: on, Insertion: insertion(learned, variant),
		Optimizer:   train.Adam{LearningRate: p.options.LearningRate},
		WeightDecay: gnn.UniformDecay(p.options.WeightDecay),
		Masked:      mask.Names(),
	}
	if p.options.Regrowth.Growth == Gradient {
		recipe.Gradients = recipe.Masked
	}
	if variant != prune.Reference {
		return recipe, nil
	}
	return recipe, defective(recipe.Insertion, network, on.Shape(), first)
}

// weights are all values of the whole.
func (p *part) weights() (nn.Weights, error) {
	current, err := p.program.Weights()
	if err != nil || p.kept == nil {
		return current, err
	}
	whole := p.base.Clone()
	for name, positions := range p.kept {
		for i, position := range positions {
			whole[name][position] = current[name][i]
		}
	}
	return whole, nil
}

// trainingState is the state of a training: all values of a part, the optimizer's state
// for each, and the number of steps taken.
type trainingState struct {
	weights nn.Weights
	slots   map[string]nn.Weights // by slot, then parameter
	updates int
}

func (p *part) state() (s trainingState, err error) {
	s = trainingState{slots: make(map[string]nn.Weights), updates: p.program.Updates()}
	if s.weights, err = p.program.Weights(); err != nil {
		return s, err
	}
	for _, name := range (train.Adam{}).Slots() {
		if s.slots[name], err = copied(names(p.program.Parameters()), slot(p.program, name)); err != nil {
			return s, err
		}
	}
	return s, nil
}

// compact is what is left of the whole: the graph without the pruned edges, its
// features without those that were pruned or that no live weight reads, and a hidden
// layer without the units that no live weight reads. A network that does not notice
// what was pruned keeps it all, with its initial values. What is left computes the same
// as the whole, and continues from the same state; only dropout draws other numbers,
// because there are fewer to draw. The whole's program is no longer needed.
func (p *part) compact(from trainingState, mask *prune.Mask) (*part, error) {
	left := remainderOf(p.whole, mask, p.options.Schedule.Variant)
	graph, err := left.graph(p.whole.Graph)
	if err != nil {
		return nil, err
	}
	prepared, err := gnn.NewGraph(graph)
	if err != nil {
		return nil, err
	}
	small := &part{
		whole: p.whole, options: p.options, learned: p.learned, first: p.first, base: from.weights,
		kept: left.positions(p.program.Parameters()),
	}
	var learned []nn.Parameter
	for _, parameter := range p.learned {
		parameter.Shape = []int{len(small.kept[parameter.Name])}
		learned = append(learned, parameter)
	}
	recipe, err := small.recipe(left.network, prepared, learned, mask, small.pick(small.first))
	if err != nil {
		return nil, err
	}
	problem := p.whole
	problem.Network = left.network
	small.program, err = problem.begin(recipe, small.pick(from.weights), problem.Seed.Derive("compact training"),
		func(name string) []bool { return pick(bools(mask, name), small.kept[name]) })
	if err != nil {
		return nil, err
	}
	if err := small.continueFrom(from); err != nil {
		small.program.Close()
		return nil, err
	}
	return small, nil
}

// continueFrom gives the part the state of the whole's optimizer.
func (p *part) continueFrom(from trainingState) error {
	p.program.SetUpdates(from.updates)
	for slot, values := range from.slots {
		for name, kept := range p.kept {
			if err := p.program.SetSlot(slot, name, pick(values[name], kept)); err != nil {
				return err
			}
		}
	}
	return nil
}

// pick takes what the part has of values of the whole.
func (p *part) pick(whole nn.Weights) nn.Weights {
	picked := make(nn.Weights, len(whole))
	for name, values := range whole {
		picked[name] = pick(values, p.kept[name])
	}
	return picked
}

// pick takes some elements.
func pick[T any](from []T, positions []int) []T {
	picked := make([]T, len(positions))
	for i, position := range positions {
		picked[i] = from[position]
	}
	return picked
}
