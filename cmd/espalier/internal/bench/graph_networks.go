package bench

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"espalier/data"
	"espalier/seed"
	"espalier/train"
)

// graphNetworks are training steps on the whole of Cora: a GCN (Kipf and Welling,
// ICLR 2017) with two widths of the hidden layer, and a GAT (Veličković et al., ICLR
// 2018), with their papers' dropout and Adam. They are written with GoMLX's gather
// and scatter; the features, of which one in 79 is not zero, stay sparse.
func graphNetworks() []Case {
	return []Case{
		epoch("gcn/cora/epoch", 0.5, gcn(16)),
		epoch("gcn/cora-h512/epoch", 0.5, gcn(512)),
		epoch("gat/cora/epoch", 0.6, gat),
	}
}

// cora is the graph as lists: its edges with loops, the elements of its features,
// and the labels of the nodes to train on, which are the first.
type cora struct {
	nodes, features, classes int
	edges, elements          adjacency // an element leads from a feature to a node
	labels                   []int32
}

func readCora(ctx context.Context) (*cora, error) {
	g, err := data.OpenGraph(ctx, "cora", "")
	if err != nil {
		return nil, err
	}
	g = g.NormalisedRows().WithLoops()
	c := &cora{nodes: g.Nodes(), features: g.Features().Columns(), classes: g.Classes()}
	incoming := g.Incoming()
	for node := range c.nodes {
		for neighbour := range incoming.Neighbours(node) {
			c.edges.source = append(c.edges.source, int32(neighbour))
			c.edges.target = append(c.edges.target, int32(node))
			c.edges.values = append(c.edges.values, float32(1/math.Sqrt(float64(incoming.Degree(node))*float64(incoming.Degree(neighbour)))))
		}
	}
	starts, columns, values := g.Features().Compressed()
	for node := range c.nodes {
		for e := starts[node]; e < starts[node+1]; e++ {
			c.elements.source = append(c.elements.source, columns[e])
			c.elements.target = append(c.elements.target, int32(node))
			c.elements.values = append(c.elements.values, values[e])
		}
	}
	for _, node := range g.Splits()[0].Train {
		c.labels = append(c.labels, int32(g.Label(int(node))))
	}
	return c, nil
}

// message is Σ values·x[source] by target: a row of the result for each of nodes.
func (a adjacency) message(x, values *graph.Node, nodes int) *graph.Node {
	g := x.Graph()
	sent := graph.Gather(x, graph.InsertAxes(graph.Const(g, a.source), -1))
	sent = graph.Mul(sent, graph.ExpandAxes(values, -1))
	return a.sum(sent, nodes)
}

// sum adds up what was sent along the edges by target.
func (a adjacency) sum(sent *graph.Node, nodes int) *graph.Node {
	g := sent.Graph()
	dimensions := sent.Shape().Clone().Dimensions
	dimensions[0] = nodes
	zeros := graph.BroadcastToDims(graph.ScalarZero(g, dtypes.Float32), dimensions...)
	return graph.ScatterSum(zeros, graph.InsertAxes(graph.Const(g, a.target), -1), sent, true, false)
}

// graphNetwork is the shapes of a network's parameters and its logits.
type graphNetwork struct {
	parameters func(c *cora) [][]int
	logits     func(c *cora, w []*graph.Node, drop func(x *graph.Node) *graph.Node) *graph.Node
}

// gcn is Â·relu(Â·X·W₁ + b₁)·W₂ + b₂.
func gcn(hidden int) graphNetwork {
	return graphNetwork{
		parameters: func(c *cora) [][]int {
			return [][]int{{c.features, hidden}, {hidden}, {hidden, c.classes}, {c.classes}}
		},
		logits: func(c *cora, w []*graph.Node, drop func(x *graph.Node) *graph.Node) *graph.Node {
			weights := graph.Const(w[0].Graph(), c.edges.values)
			x := c.elements.message(w[0], drop(graph.Const(w[0].Graph(), c.elements.values)), c.nodes)
			x = graph.Add(c.edges.message(x, weights, c.nodes), graph.ExpandLeftToRank(w[1], 2))
			x = graph.DotProduct(drop(graph.MaxScalar(x, 0)), w[2])
			return graph.Add(c.edges.message(x, weights, c.nodes), graph.ExpandLeftToRank(w[3], 2))
		},
	}
}

// gat has 8 heads of 8 units, then one of the classes.
var gat = graphNetwork{
	parameters: func(c *cora) [][]int {
		return [][]int{{c.features, 64}, {8, 8}, {8, 8}, {64}, {64, c.classes}, {1, c.classes}, {1, c.classes}, {c.classes}}
	},
	logits: func(c *cora, w []*graph.Node, drop func(x *graph.Node) *graph.Node) *graph.Node {
		x := c.elements.message(w[0], drop(graph.Const(w[0].Graph(), c.elements.values)), c.nodes)
		x = graph.Add(c.attend(x, w[1], w[2], drop), graph.ExpandLeftToRank(w[3], 2))
		negative := graph.MinScalar(x, 0)
		x = graph.Add(graph.MaxScalar(x, 0), graph.AddScalar(graph.Exp(negative), -1))
		x = graph.DotProduct(drop(x), w[4])
		return graph.Add(c.attend(x, w[5], w[6], drop), graph.ExpandLeftToRank(w[7], 2))
	},
}

// attend sends the nodes' rows along the edges, each head's part weighted by the
// softmax over a node's incoming edges of leakyrelu(to·x[target] + from·x[source]).
func (c *cora) attend(x, from, to *graph.Node, drop func(x *graph.Node) *graph.Node) *graph.Node {
	g := x.Graph()
	heads, units := from.Shape().Dimensions[0], from.Shape().Dimensions[1]
	x = graph.Reshape(x, c.nodes, heads, units)
	score := func(w *graph.Node, index []int32) *graph.Node {
		scores := graph.ReduceSum(graph.Mul(x, graph.InsertAxes(w, 0)), -1)
		return graph.Gather(scores, graph.InsertAxes(graph.Const(g, index), -1))
	}
	e := graph.Add(score(from, c.edges.source), score(to, c.edges.target))
	e = graph.Max(e, graph.MulScalar(e, 0.2))
	e = graph.Exp(graph.Sub(e, graph.StopGradient(graph.ReduceAllMax(e))))
	sums := graph.Gather(c.edges.sum(e, c.nodes), graph.InsertAxes(graph.Const(g, c.edges.target), -1))
	return graph.Reshape(c.edges.message(x, drop(graph.Div(e, sums)), c.nodes), c.nodes, heads*units)
}

// epoch times a training step on all nodes.
func epoch(name string, rate float64, network graphNetwork) Case {
	return Case{
		Name: name,
		times: func(ctx context.Context, backend compute.Backend) ([]time.Duration, error) {
			t, err := newGraphTraining(ctx, backend, rate, network)
			if err != nil {
				return nil, err
			}
			defer t.store.Finalize()
			defer t.exec.Finalize()
			return timed(ctx, func() error {
				_, err := t.step()
				return err
			})
		},
	}
}

// graphTraining is a network on a backend with its optimizer.
type graphTraining struct {
	store     *model.Store
	exec      *model.Exec
	optimizer train.Adam
	updates   int
}

func newGraphTraining(ctx context.Context, backend compute.Backend, rate float64, network graphNetwork) (*graphTraining, error) {
	c, err := readCora(ctx)
	if err != nil {
		return nil, err
	}
	t := &graphTraining{store: model.NewStore(), optimizer: train.Adam{LearningRate: 0.01, WeightDecay: 5e-4}}
	shapes := network.parameters(c)
	t.initialise(shapes)
	t.exec, err = model.NewExec(backend, t.store, func(scope *model.Scope, scalars *graph.Node) *graph.Node {
		return t.build(c, len(shapes), scalars, func(w []*graph.Node) *graph.Node {
			return network.logits(c, w, func(x *graph.Node) *graph.Node { return dropout(scope, x, rate) })
		})
	})
	return t, err
}

// step updates the parameters once and returns the loss before.
func (t *graphTraining) step() (loss float32, err error) {
	t.updates++
	scalars := t.optimizer.Scalars(t.optimizer.Rate(), t.updates)
	outputs, err := t.exec.Call([]float32{float32(scalars[0]), float32(scalars[1])})
	if err != nil {
		return 0, err
	}
	if err := tensors.ConstFlatData(outputs[0], func(flat []float32) { loss = flat[0] }); err != nil {
		return 0, err
	}
	return loss, outputs[0].FinalizeAll()
}

// dropout sets elements to zero with a probability and scales the others, so that
// the expectation stays.
func dropout(scope *model.Scope, x *graph.Node, rate float64) *graph.Node {
	g := x.Graph()
	random := scope.RandomUniform(g, x.Shape())
	kept := graph.GreaterOrEqual(random, graph.Scalar(g, dtypes.Float32, rate))
	return graph.Where(kept, graph.MulScalar(x, 1/(1-rate)), graph.ZerosLike(x))
}

// build is the graph of a step: the mean cross-entropy of the nodes to train on,
// and the update of all parameters.
func (t *graphTraining) build(c *cora, parameters int, scalars *graph.Node, logits func(w []*graph.Node) *graph.Node) *graph.Node {
	g := scalars.Graph()
	w := make([]*graph.Node, parameters)
	for i := range w {
		w[i] = t.variable(i, "").NodeValue(scalars)
	}
	trained := graph.Slice(logits(w), graph.AxisRange(0, len(c.labels)), graph.AxisRange())
	right := graph.OneHot(graph.Const(g, c.labels), c.classes, dtypes.Float32)
	loss := graph.Neg(graph.ReduceAllMean(graph.ReduceSum(graph.Mul(graph.LogSoftmax(trained), right), -1)))
	var numbers []*graph.Node
	for i := range scalars.Shape().Size() {
		numbers = append(numbers, graph.Reshape(graph.Slice(scalars, graph.AxisRange(i, i+1))))
	}
	for i, gradient := range graph.Gradient(loss, w...) {
		p := train.Parameter{Value: w[i], Gradient: gradient, Scalars: numbers}
		for _, slot := range t.optimizer.Slots() {
			p.Slots = append(p.Slots, t.variable(i, slot).NodeValue(scalars))
		}
		value, slots := t.optimizer.Update(p)
		t.variable(i, "").SetNodeValue(value)
		for k, slot := range t.optimizer.Slots() {
			t.variable(i, slot).SetNodeValue(slots[k])
		}
	}
	return loss
}

// variable is a parameter or one of its slots.
func (t *graphTraining) variable(parameter int, slot string) *model.Variable {
	return t.store.GetVariable("/" + variableName(parameter, slot))
}

func variableName(parameter int, slot string) string {
	return fmt.Sprintf("parameter%d%s", parameter, slot)
}

// initialise draws parameters as Glorot and Bengio do; those of one axis, and the
// slots, begin at zero.
func (t *graphTraining) initialise(shapes [][]int) {
	for i, shape := range shapes {
		size := 1
		for _, d := range shape {
			size *= d
		}
		values := make([]float32, size)
		if len(shape) == 2 {
			random, bound := seed.Seed(0).Stream("parameter", i), math.Sqrt(6/float64(shape[0]+shape[1]))
			for k := range values {
				values[k] = float32((2*random.Float64() - 1) * bound)
			}
		}
		scope := t.store.RootScope()
		scope.VariableWithValue(variableName(i, ""), tensors.FromFlatDataAndDimensions(values, shape...))
		for _, slot := range t.optimizer.Slots() {
			scope.VariableWithValue(variableName(i, slot), tensors.FromFlatDataAndDimensions(make([]float32, size), shape...))
		}
	}
}
