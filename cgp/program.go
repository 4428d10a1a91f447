package cgp

import (
	"espalier/gnn"
	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
)

// begin compiles a recipe for the problem's network and its nodes for training, and
// begins a training of it from weights. lives says which values live of a parameter that
// the recipe masks. A program that cannot begin is closed.
func (p Problem) begin(r gnn.Recipe, weights nn.Weights, from seed.Seed, lives func(name string) []bool) (*gnn.Program, error) {
	r.Network, r.Nodes = p.Network, p.Split.Train
	program, err := gnn.NewProgram(p.Backend, r)
	if err != nil {
		return nil, err
	}
	if err = program.Load(weights, from); err == nil {
		err = setMasks(program, r.Masked, lives)
	}
	if err != nil {
		program.Close()
		return nil, err
	}
	return program, nil
}

// setMasks tells a program what lives of some parameters.
func setMasks(p *gnn.Program, names []string, lives func(name string) []bool) error {
	for _, name := range names {
		if err := p.SetMask(name, lives(name)); err != nil {
			return err
		}
	}
	return nil
}

// setMask tells a program what a mask has of some parameters.
func setMask(p *gnn.Program, mask *prune.Mask, names []string) error {
	return setMasks(p, names, living(mask))
}

// living says what lives by a mask.
func living(mask *prune.Mask) func(name string) []bool {
	return func(name string) []bool { return bools(mask, name) }
}

// bools say what lives of a parameter.
func bools(mask *prune.Mask, name string) []bool {
	lives := make([]bool, mask.SizeOf(name))
	for i := range mask.Live(name) {
		lives[i] = true
	}
	return lives
}

// onLiveEdges is the problem on the edges that a mask leaves.
func (p Problem) onLiveEdges(mask *prune.Mask) (Problem, *gnn.Graph, error) {
	var err error
	if p.Graph, err = p.Graph.KeepEdges(bools(mask, Edges)); err != nil {
		return p, nil, err
	}
	prepared, err := gnn.NewGraph(p.Graph)
	return p, prepared, err
}
