package gnn

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"espalier/data"
	"espalier/nn"
	"espalier/seed"
	"espalier/train"
)

// Recipe is what the compiled graphs of a Program depend on.
type Recipe struct {
	Network   Network
	Graph     *Graph
	Insertion *Insertion // may be nil
	// Nodes are trained on: the loss is the mean of their cross-entropies.
	Nodes []int32
	// Optimizer without weight decay; nil means Adam with a rate of 0.01.
	Optimizer   train.Optimizer
	WeightDecay WeightDecay
	// Masked names parameters whose values a mask holds at zero; at first they all live.
	Masked []string
	// Gradients names parameters whose gradients of the last step can be read, without
	// weight decay and whatever is masked.
	Gradients []string
}

func (r Recipe) withDefaults() Recipe {
	if r.Optimizer == nil {
		r.Optimizer = train.Adam{LearningRate: 0.01}
	}
	if r.Insertion == nil {
		r.Insertion = &Insertion{}
	}
	return r
}

// checkParts reports that there is no network or no graph.
func checkParts(n Network, g *Graph) error {
	switch {
	case n == nil:
		return errors.New("there is no network")
	case g == nil:
		return errors.New("there is no graph")
	}
	return nil
}

func (r Recipe) check() error {
	if err := checkParts(r.Network, r.Graph); err != nil {
		return err
	}
	if err := r.Network.Check(); err != nil {
		return err
	}
	if err := r.WeightDecay.check(); err != nil {
		return err
	}
	if err := r.Optimizer.Check(); err != nil {
		return err
	}
	if len(r.Nodes) == 0 {
		return errors.New("there are no nodes to train on")
	}
	if err := r.Graph.checkNodes(r.Nodes); err != nil {
		return fmt.Errorf("nodes to train on: %w", err)
	}
	known := make(map[string]bool)
	for _, p := range r.parameters() {
		if known[p.Name] {
			return fmt.Errorf("the network and its insertion both have a parameter %s", p.Name)
		}
		known[p.Name] = true
	}
	for _, name := range slices.Concat(r.Masked, r.Gradients) {
		if !known[name] {
			return fmt.Errorf("no parameter is called %s", name)
		}
	}
	return nil
}

// parameters are the network's, then the insertion's.
func (r Recipe) parameters() []nn.Parameter {
	return slices.Concat(r.Network.Parameters(r.Graph.shape), r.Insertion.Parameters)
}

// Program is a network on a backend: its values, and the compiled graphs of a training
// step and of inference, both over the whole graph. Only one goroutine at a time may
// use it.
type Program struct {
	recipe     Recipe
	parameters []nn.Parameter
	store      *model.Store
	step       *model.Exec // scalars → loss
	infer      *model.Exec // → logits
	scalars    *tensors.Tensor
	updates    int
}

// NewProgram prepares a program. It needs weights, by Load, and is compiled when it
// first runs. Close frees it.
func NewProgram(backend compute.Backend, r Recipe) (*Program, error) {
	r = r.withDefaults()
	if err := r.check(); err != nil {
		return nil, err
	}
	p := &Program{recipe: r, parameters: r.parameters(), store: model.NewStore()}
	var err error
	if p.step, err = model.NewExec(backend, p.store, p.buildStep); err != nil {
		return nil, err
	}
	if p.infer, err = model.NewExec(backend, p.store, p.buildLogits); err != nil {
		return nil, err
	}
	p.step.WithName(string(r.Network.Kind()) + " training step")
	p.infer.WithName(string(r.Network.Kind()) + " inference")
	p.scalars = tensors.FromShape(shapes.Make(dtypes.Float32, len(r.Optimizer.Scalars(1, 1))))
	return p, nil
}

// Close frees what the backend holds; what cannot be freed now is freed with the
// backend, so errors do not matter. It may be called again.
func (p *Program) Close() {
	_ = p.scalars.FinalizeAll()
	p.step.Finalize()
	p.infer.Finalize()
	p.store.Finalize()
}

// Parameters lists those of the network, then those of the insertion.
func (p *Program) Parameters() []nn.Parameter { return p.parameters }

// The variables that stand beside the parameters.
func slotPath(slot, parameter string) string { return "/slots/" + slot + "/" + parameter }
func maskPath(parameter string) string       { return "/masks/" + parameter }
func gradientPath(parameter string) string   { return "/gradients/" + parameter }

// buildLogits is the graph of inference.
func (p *Program) buildLogits(scope *model.Scope, g *graph.Graph) *graph.Node {
	r := p.recipe
	return r.Network.Build(newBuilder(scope, g, r.Network, r.Graph, r.Insertion, nn.Inference))
}

// buildStep is the graph of one step: the loss, gradients, the update of every
// parameter, and the masks.
func (p *Program) buildStep(scope *model.Scope, scalars *graph.Node) *graph.Node {
	r, g := p.recipe, scalars.Graph()
	b := newBuilder(scope, g, r.Network, r.Graph, r.Insertion, nn.Training)
	logits := graph.Gather(r.Network.Build(b), list(g, r.Nodes, len(r.Nodes), 1))
	loss := train.CrossEntropy(logits, list(g, r.Graph.labelsOf(r.Nodes), len(r.Nodes)))
	minimised := loss
	if r.Insertion.Penalty != nil {
		minimised = graph.Add(loss, r.Insertion.Penalty(b))
	}
	var trained []nn.Parameter
	var values []*graph.Node
	for _, parameter := range p.parameters {
		if parameter.Trainable() {
			trained = append(trained, parameter)
			values = append(values, b.Parameter(parameter.Name))
		}
	}
	gradients := graph.Gradient(minimised, values...)
	decays := r.WeightDecay.of(r.Network.Parameters(r.Graph.shape))
	numbers := train.Unpack(scalars)
	for i, parameter := range trained {
		if slices.Contains(r.Gradients, parameter.Name) {
			p.variable(gradientPath(parameter.Name)).SetNodeValue(gradients[i])
		}
		decay, ok := decays[parameter.Name]
		if !ok {
			decay = r.WeightDecay.Inserted
		}
		gradient := gradients[i]
		if decay != 0 {
			gradient = graph.Add(gradient, graph.MulScalar(values[i], decay))
		}
		p.update(parameter.Name, train.Parameter{Role: parameter.Role, Value: values[i], Gradient: gradient, Scalars: numbers})
	}
	return loss
}

// update adds the optimizer's update of one parameter and holds what is masked at zero.
func (p *Program) update(name string, u train.Parameter) {
	for _, slot := range p.recipe.Optimizer.Slots() {
		u.Slots = append(u.Slots, p.variable(slotPath(slot, name)).NodeValue(u.Value))
	}
	value, slots := p.recipe.Optimizer.Update(u)
	if slices.Contains(p.recipe.Masked, name) {
		lives := p.variable(maskPath(name)).NodeValue(value)
		value = graph.Where(lives, value, graph.ScalarZero(value.Graph(), value.DType()))
	}
	p.variable("/" + name).SetNodeValue(value)
	for i, slot := range p.recipe.Optimizer.Slots() {
		p.variable(slotPath(slot, name)).SetNodeValue(slots[i])
	}
}

// checkNodes reports a node that the graph lacks.
func (g *Graph) checkNodes(nodes []int32) error {
	for _, node := range nodes {
		if node < 0 || int(node) >= g.shape.Nodes {
			return fmt.Errorf("there is no node %d among the %d of graph %q: take a split of this graph", node, g.shape.Nodes, g.name)
		}
	}
	return nil
}

// checkSplit reports a split of another graph.
func (g *Graph) checkSplit(split data.NodeSplit) error {
	for _, part := range [][]int32{split.Train, split.Validation, split.Test} {
		if err := g.checkNodes(part); err != nil {
			return fmt.Errorf("split %q: %w", split.Name, err)
		}
	}
	return nil
}

// labelsOf are the labels of some nodes.
func (g *Graph) labelsOf(nodes []int32) []int32 {
	labels := make([]int32, len(nodes))
	for i, node := range nodes {
		labels[i] = g.labels[node]
	}
	return labels
}

// variable returns what Load has set.
func (p *Program) variable(path string) *model.Variable {
	variable := p.store.GetVariable(path)
	if variable == nil {
		panic(fmt.Sprintf("gnn: variable %s has no value: Load has not been called", path))
	}
	return variable
}

// Load begins a training: it sets all parameters, clears all masks, resets the
// optimizer's state, and seeds dropout.
func (p *Program) Load(weights nn.Weights, from seed.Seed) error {
	for _, parameter := range p.parameters {
		if got := len(weights[parameter.Name]); got != parameter.Size() {
			return fmt.Errorf("%s has %d values, not the %d of %v", parameter.Name, got, parameter.Size(), parameter.Shape)
		}
		if err := nn.SetVariable(p.store, "/"+parameter.Name, weights[parameter.Name], parameter.Shape, false); err != nil {
			return err
		}
		zeros := make([]float32, parameter.Size())
		var paths []string
		for _, slot := range p.recipe.Optimizer.Slots() {
			paths = append(paths, slotPath(slot, parameter.Name))
		}
		if slices.Contains(p.recipe.Gradients, parameter.Name) {
			paths = append(paths, gradientPath(parameter.Name))
		}
		for _, path := range paths {
			if err := nn.SetVariable(p.store, path, zeros, parameter.Shape, false); err != nil {
				return err
			}
		}
	}
	for _, name := range p.recipe.Masked {
		if err := p.SetMask(name, slices.Repeat([]bool{true}, p.parameter(name).Size())); err != nil {
			return err
		}
	}
	p.updates = 0
	// The sign is one more bit of a seed.
	return p.store.SetRNGStateFromSeed(int64(from.Derive("dropout")))
}

func (p *Program) parameter(name string) nn.Parameter {
	i := slices.IndexFunc(p.parameters, func(q nn.Parameter) bool { return q.Name == name })
	if i < 0 {
		return nn.Parameter{Name: name}
	}
	return p.parameters[i]
}
