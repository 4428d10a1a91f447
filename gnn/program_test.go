package gnn_test

import (
	"math"
	"os"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/backend"
	"espalier/gnn"
	"espalier/nn"
	"espalier/seed"
)

// pruning puts a value on every edge and trains it.
func pruning(edges int) *gnn.Insertion {
	return &gnn.Insertion{
		Parameters: []nn.Parameter{{Name: "edges.value", Layer: "edges", Role: "value", Shape: []int{edges}}},
		Edges: func(b *gnn.Builder, _ string) *graph.Node {
			return b.Once("edges", func() *graph.Node { return graph.Sigmoid(b.Parameter("edges.value")) })
		},
		Penalty: func(b *gnn.Builder) *graph.Node {
			return graph.MulScalar(graph.ReduceAllSum(graph.Abs(b.Parameter("edges.value"))), 1e-4)
		},
	}
}

// newProgram is a GCN on Cora with values on edges, and its initial parameters.
func newProgram(t *testing.T, options string) (*gnn.Program, nn.Weights) {
	t.Helper()
	cora := openGraph(t, "cora").NormalisedRows()
	g := prepare(t, cora)
	choice, err := backend.New(options)
	if err != nil {
		t.Fatal(err)
	}
	p, err := gnn.NewProgram(choice.Backend, gnn.Recipe{
		Network: gnn.GCN{}, Graph: g, Insertion: pruning(g.Shape().Edges), Nodes: cora.Splits()[0].Train,
		Masked: []string{"convolution1.weight", "edges.value"}, Gradients: []string{"convolution1.weight"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	weights, err := gnn.Initialize(gnn.GCN{}, g.Shape(), "", 1)
	if err != nil {
		t.Fatal(err)
	}
	weights["edges.value"] = make([]float32, g.Shape().Edges)
	for e := range weights["edges.value"] {
		weights["edges.value"][e] = float32(math.Sin(float64(e)))
	}
	return p, weights
}

// What a mask drops is +0 after every step, and has a gradient all the same.
func TestMaskedValuesAreZeroAfterEveryStep(t *testing.T) {
	p, weights := newProgram(t, "")
	if err := p.Load(weights, 1); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"convolution1.weight", "edges.value"} {
		lives := make([]bool, len(weights[name]))
		for i := range lives {
			lives[i] = i%3 == 0
		}
		if err := p.SetMask(name, lives); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		if _, err := p.Step(0.01); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"convolution1.weight", "edges.value"} {
			values, err := p.Value(name)
			if err != nil {
				t.Fatal(err)
			}
			moved := false
			for i, v := range values {
				if i%3 != 0 && math.Float32bits(v) != 0 {
					t.Fatalf("%s: masked value %d is %v", name, i, v)
				}
				moved = moved || i%3 == 0 && v != weights[name][i]
			}
			if !moved {
				t.Errorf("%s: no living value has moved", name)
			}
		}
	}
	gradient, err := p.Gradient("convolution1.weight")
	if err != nil {
		t.Fatal(err)
	}
	masked := 0.0
	for i, g := range gradient {
		if i%3 != 0 {
			masked += math.Abs(float64(g))
		}
	}
	if masked == 0 {
		t.Error("the gradient by masked weights is 0")
	}
	if err := p.SetMask("convolution2.weight", nil); err == nil {
		t.Error("a mask on a parameter that was not named is no error")
	}
}

// Training again from the same weights and seed gives the same bytes, with any number of
// workers; another seed drops other elements.
func TestProgramsRepeat(t *testing.T) {
	run := func(p *gnn.Program, weights nn.Weights, from seed.Seed) string {
		t.Helper()
		if err := p.Load(weights, from); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			if _, err := p.Step(0.01); err != nil {
				t.Fatal(err)
			}
		}
		trained, err := p.Weights()
		if err != nil {
			t.Fatal(err)
		}
		return trained.Digest()
	}
	p, weights := newProgram(t, "")
	want := run(p, weights, 1)
	if run(p, weights, 2) == want {
		t.Error("training with another seed ends in the same bytes")
	}
	if got := run(p, weights, 1); got != want {
		t.Error("training again ends in other bytes")
	}
	for _, workers := range []string{"cpu:workers=1", "cpu:workers=3"} {
		p, weights := newProgram(t, workers)
		if got := run(p, weights, 1); got != run(p, weights, 1) {
			t.Errorf("%s: training again ends in other bytes", workers)
		} else if got != want && os.Getenv(backend.Variable) == "" {
			t.Errorf("%s: training ends in other bytes than with the default", workers)
		}
	}
}
