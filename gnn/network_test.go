package gnn

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"espalier/backend"
	"espalier/data"
	"espalier/nn"
	"espalier/seed"
)

// small are networks of all kinds, without dropout so that what they compute is the
// same each time.
var small = map[string]Network{
	"gcn":            GCN{Hidden: 4, Dropout: None, InputDropout: None},
	"gcn of 3, bias": GCN{Hidden: 4, Layers: 3, Bias: true, Dropout: None, InputDropout: None},
	"gcn by out":     GCN{Hidden: 4, Dropout: None, InputDropout: None, Degrees: OutOfNodes},
	"sgc":            SGC{},
	"mlp":            MLP{Hidden: 4, Dropout: None, InputDropout: None},
	"appnp":          APPNP{Hidden: 4, Hops: 3, Dropout: None, InputDropout: None, EdgeDropout: None},
	"gcnii":          GCNII{Layers: 3, Hidden: 4, Dropout: None},
	"sage":           GraphSAGE{Hidden: 4, Dropout: None, InputDropout: None},
	"gin":            GIN{Hidden: 4, Dropout: None, InputDropout: None},
	"gin, mean":      GIN{Hidden: 4, Depth: 1, Mean: true, Dropout: None, InputDropout: None},
	"resgcn":         ResGCN{Layers: 3, Hidden: 4, Dropout: None},
	"gat":            gat(Prior),
	"gat, message":   gat(Message),
}

func gat(use EdgeUse) GAT {
	return GAT{Hidden: 2, Heads: 3, OutputHeads: 2, Dropout: None, InputDropout: None, AttentionDropout: None, Values: use}
}

// What a network cannot work with is told by name.
func TestNetworksCheckTheirNumbers(t *testing.T) {
	nan := math.NaN()
	for want, n := range map[string]Network{
		"gcn: -1 hidden units":       GCN{Hidden: -1},
		"gcn: dropout of rate 1":     GCN{Dropout: 1},
		"gcn: input dropout":         GCN{InputDropout: nan},
		"sgc: -1 hops":               SGC{Hops: -1},
		"mlp: -1 layers":             MLP{Layers: -1},
		"appnp: teleport 2":          APPNP{Teleport: 2},
		"gcnii: α -1":                GCNII{Alpha: -1},
		"sage: dropout of rate 1":    GraphSAGE{Dropout: 1},
		"gin: -1 layers of an MLP":   GIN{Depth: -1},
		"resgcn: temperature -1":     ResGCN{Temperature: -1},
		"resgcn: temperature NaN":    ResGCN{Temperature: nan},
		"gat: slope 1.5":             GAT{Slope: 1.5},
		"gat: slope -0.1":            GAT{Slope: -0.1},
		"gat: values of edges enter": GAT{Values: "luck"},
	} {
		if err := n.Check(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%#v: error %v, want %q", n, err, want)
		}
		if _, err := Initialize(n, Shape{Nodes: 4, Edges: 4, Features: 3, Classes: 2}, "", 1); err == nil {
			t.Errorf("%#v is initialised", n)
		}
	}
	for _, name := range Names() {
		n, err := Lookup(name)
		if err != nil || n.Check() != nil {
			t.Errorf("%s as its paper has it: %v, %v", name, err, n.Check())
		}
	}
}

// smallGraph has a node without edges, and sparse or dense features.
func smallGraph(t testing.TB, sparse bool) *Graph {
	t.Helper()
	const nodes, features, classes = 9, 6, 3
	r := seed.Seed(3).Stream("graph")
	c := data.GraphContent{Name: "small", Nodes: nodes, Classes: classes}
	for from := range int32(nodes - 1) {
		for to := range int32(nodes - 1) {
			if from != to && r.IntN(3) == 0 {
				c.Edges = append(c.Edges, data.Edge{From: from, To: to})
			}
		}
	}
	values := make([]float32, nodes*features)
	for i := range values {
		if !sparse || r.IntN(3) == 0 {
			values[i] = float32(r.NormFloat64())
		}
	}
	for range nodes {
		c.Labels = append(c.Labels, int32(r.IntN(classes)))
	}
	var err error
	if c.Features, err = data.NewDenseFeatures(nodes, features, values); err != nil {
		t.Fatal(err)
	}
	g, err := data.NewGraph(c)
	if err != nil {
		t.Fatal(err)
	}
	prepared, err := NewGraph(g)
	if err != nil {
		t.Fatal(err)
	}
	return prepared
}

// learned is an insertion with a parameter for each edge and feature, in whose functions
// are exponentials, and a mask on weights.
func learned(s Shape) *Insertion {
	return &Insertion{
		Parameters: []nn.Parameter{
			{Name: "edges.value", Layer: "edges", Role: "value", Shape: []int{s.Edges}},
			{Name: "features.value", Layer: "features", Role: "value", Shape: []int{s.Features}},
		},
		Edges: func(b *Builder, _ string) *graph.Node {
			return b.Once("edges", func() *graph.Node { return graph.Sigmoid(b.Parameter("edges.value")) })
		},
		Gates: func(b *Builder) *graph.Node { return graph.Sigmoid(b.Parameter("features.value")) },
		Weight: func(b *Builder, p nn.Parameter, w *graph.Node) *graph.Node {
			return graph.Mul(w, graph.Cos(graph.Iota(b.Graph(), w.Shape(), 0)))
		},
	}
}

// laboratory is a network in float64, with the gradients of a loss by every parameter.
type laboratory struct {
	t          *testing.T
	store      *model.Store
	exec       *model.Exec
	parameters []nn.Parameter
	values     map[string][]float64
}

func newLaboratory(t *testing.T, n Network, g *Graph, insertion *Insertion, phase nn.Phase) *laboratory {
	t.Helper()
	choice, err := backend.New("")
	if err != nil {
		t.Fatal(err)
	}
	l := &laboratory{t: t, store: model.NewStore(), values: make(map[string][]float64)}
	l.parameters = n.Parameters(g.shape)
	if insertion != nil {
		l.parameters = slices.Concat(l.parameters, insertion.Parameters)
	}
	r := seed.Seed(4).Stream("parameters")
	for _, p := range l.parameters {
		l.values[p.Name] = normal(r, p.Size())
		if p.Role == nn.RunningVariance {
			for i, v := range l.values[p.Name] {
				l.values[p.Name][i] = 0.5 + v*v
			}
		}
		variable, err := l.store.CreateVariable("/"+p.Name, tensors.FromFlatDataAndDimensions(l.values[p.Name], p.Shape...))
		if err != nil {
			t.Fatal(err)
		}
		variable.SetTrainable(p.Trainable())
	}
	l.exec = model.MustNewExec(choice.Backend, l.store, func(scope *model.Scope, target *graph.Graph) []*graph.Node {
		b := newBuilder(scope, target, n, g, insertion, phase)
		logits := n.Build(b)
		loss := weighted(logits)
		var by []*graph.Node
		for _, p := range l.parameters {
			if p.Trainable() {
				by = append(by, b.Parameter(p.Name))
			}
		}
		return append([]*graph.Node{logits, loss}, graph.Gradient(loss, by...)...)
	})
	return l
}

// run returns the logits, the loss and the gradients by the parameters' names.
func (l *laboratory) run() (logits []float64, loss float64, gradients map[string][]float64) {
	l.t.Helper()
	for _, p := range l.parameters {
		if err := l.store.GetVariable("/" + p.Name).SetValue(tensors.FromFlatDataAndDimensions(l.values[p.Name], p.Shape...)); err != nil {
			l.t.Fatal(err)
		}
	}
	outputs, err := l.exec.Call()
	if err != nil {
		l.t.Fatal(err)
	}
	gradients = make(map[string][]float64)
	next := 2
	for _, p := range l.parameters {
		if p.Trainable() {
			gradients[p.Name] = tensors.MustCopyFlatData[float64](outputs[next])
			next++
		}
	}
	return tensors.MustCopyFlatData[float64](outputs[0]), tensors.ToScalar[float64](outputs[1]), gradients
}

// checkGradients compares every derivative with the central difference.
func (l *laboratory) checkGradients() {
	l.t.Helper()
	const step = 1e-5
	_, _, gradients := l.run()
	for _, p := range l.parameters {
		if !p.Trainable() {
			continue
		}
		values := l.values[p.Name]
		for k := 0; k < len(values); k += 1 + len(values)/20 {
			at := values[k]
			values[k] = at + step
			_, above, _ := l.run()
			values[k] = at - step
			_, below, _ := l.run()
			values[k] = at
			want := (above - below) / (2 * step)
			if got := gradients[p.Name][k]; math.Abs(got-want) > 1e-5*(1+math.Abs(want)) {
				l.t.Errorf("derivative by %s, value %d, is %.9g; the difference says %.9g", p.Name, k, got, want)
				break
			}
		}
	}
}

// Gradients by every parameter, and by the values of edges and gates of features that
// are put in, agree with finite differences.
func TestGradientsOfNetworks(t *testing.T) {
	for name, n := range small {
		for _, sparse := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/sparse=%v", name, sparse), func(t *testing.T) {
				g := smallGraph(t, sparse)
				newLaboratory(t, n, g, nil, nn.Training).checkGradients()
				newLaboratory(t, n, g, learned(g.shape), nn.Training).checkGradients()
			})
		}
	}
}

// An edge of value 0 is one that is not there, and values of 1 change nothing.
func TestEdgesOfValueZeroAreNotThere(t *testing.T) {
	for name, n := range small {
		t.Run(name, func(t *testing.T) {
			g := smallGraph(t, true)
			keep := make([]float32, g.shape.Edges)
			pruned := *g
			pruned.edges = &Pattern{rows: g.shape.Nodes, columns: g.shape.Nodes}
			for e := range keep {
				if e%3 != 0 {
					keep[e] = 1
					pruned.edges.row = append(pruned.edges.row, g.edges.row[e])
					pruned.edges.column = append(pruned.edges.column, g.edges.column[e])
				}
			}
			pruned.shape.Edges = pruned.edges.Len()
			pruned.looped = pruned.edges.withDiagonal()
			with := func(values []float32) *Insertion {
				return &Insertion{Edges: func(b *Builder, _ string) *graph.Node { return constant(b.target, b.dtype, values) }}
			}
			logits := func(g *Graph, insertion *Insertion) []float64 {
				logits, _, _ := newLaboratory(t, n, g, insertion, nn.Training).run()
				return logits
			}
			near(t, "values of 1", logits(g, with(slices.Repeat([]float32{1}, len(keep)))), logits(g, nil))
			near(t, "values of 0", logits(g, with(keep)), logits(&pruned, nil))
		})
	}
}

// A graph may have lost all its edges.
func TestGraphsWithoutEdges(t *testing.T) {
	for name, n := range small {
		t.Run(name, func(t *testing.T) {
			bare := *smallGraph(t, true)
			bare.edges = &Pattern{rows: bare.shape.Nodes, columns: bare.shape.Nodes, sorted: true}
			bare.looped, bare.shape.Edges = bare.edges.withDiagonal(), 0
			logits, _, _ := newLaboratory(t, n, &bare, nil, nn.Training).run()
			for i, v := range logits {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("logit %d is %v", i, v)
				}
			}
		})
	}
}

// A closed program holds nothing, not even what its steps were given, and can be closed
// again.
func TestClosedProgramsHoldNothing(t *testing.T) {
	choice, err := backend.New("")
	if err != nil {
		t.Fatal(err)
	}
	g, n := smallGraph(t, true), small["gcn"]
	p, err := NewProgram(choice.Backend, Recipe{Network: n, Graph: g, Nodes: []int32{0, 1}})
	if err != nil {
		t.Fatal(err)
	}
	weights, err := Initialize(n, g.shape, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Load(weights, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Step(0.1); err != nil {
		t.Fatal(err)
	}
	p.Close()
	p.Close()
	if p.scalars.Ok() {
		t.Error("the scalars of the steps are still held")
	}
}

func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= 1e-6*(1+math.Abs(want[i]))) {
			t.Errorf("%s: logit %d is %v, want %v", what, i, got[i], want[i])
			return
		}
	}
}

// Degrees that count edges out of nodes are those of the columns, with values and without.
func TestDegreesOutOfNodes(t *testing.T) {
	g := smallGraph(t, true)
	degrees := make([]float64, g.shape.Nodes)
	for _, column := range g.looped.column {
		degrees[column]++
	}
	values := g.symmetric(OutOfNodes)
	for e, row := range g.looped.row {
		want := 1 / math.Sqrt(degrees[row]*degrees[g.looped.column[e]])
		if math.Abs(float64(values[e])-want) > 1e-6 {
			t.Errorf("edge %d has the value %v, want %v", e, values[e], want)
		}
	}
	if slices.Equal(values, g.symmetric(IntoNodes)) {
		t.Error("the graph is undirected, so that the test shows nothing")
	}
	if err := (GCN{Degrees: "in"}).Check(); err == nil {
		t.Error("unknown degrees are taken")
	}
}

// counting is a network that counts what its graph sums up by node, as each edge's or
// loop's numbers are.
type counting struct {
	Network
	sent map[int]int // numbers by how many rows have them
}

func (c counting) Build(b *Builder) *graph.Node {
	logits := c.Network.Build(b)
	for _, node := range b.Graph().Nodes() {
		if node.Type() == graph.NodeTypeScatterSum {
			if sent := node.Inputs()[2].Shape(); sent.Rank() > 1 {
				c.sent[sent.Dim(0)] += sent.Size() / sent.Dim(0)
			}
		}
	}
	return logits
}

// Messages are what is summed up by node in the graph that a network builds.
func TestMessages(t *testing.T) {
	g := smallGraph(t, false)
	edges, withLoops := g.shape.Edges, g.shape.Edges+g.shape.Nodes
	for name, n := range small {
		t.Run(name, func(t *testing.T) {
			counted := counting{n, make(map[int]int)}
			newLaboratory(t, counted, g, nil, nn.Inference).run()
			if gat, ok := n.(GAT); ok {
				counted.sent[withLoops] -= gat.Heads + gat.OutputHeads // denominators of shares
			}
			want := Messages{Edges: counted.sent[edges] + counted.sent[withLoops], Loops: counted.sent[withLoops]}
			if got := n.Messages(g.shape); got != want {
				t.Errorf("%+v; the graph sums up %+v", got, want)
			}
		})
	}
}
