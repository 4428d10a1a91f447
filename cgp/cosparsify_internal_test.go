package cgp

import (
	"math"
	"slices"
	"testing"

	"espalier/backend"
	"espalier/data"
	"espalier/gnn"
	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
)

// planted is a graph of three groups of nodes that are joined and alike more often
// inside a group, with a split.
func planted(t testing.TB) (*data.Graph, data.NodeSplit) {
	t.Helper()
	const nodes, features, classes = 90, 40, 3
	random := seed.Seed(11).Stream("planted")
	c := data.GraphContent{Name: "planted", Nodes: nodes, Classes: classes, Labels: make([]int32, nodes)}
	values := make([]float32, nodes*features)
	for i := range nodes {
		c.Labels[i] = int32(i % classes)
		for f := range features {
			if random.IntN(10) == 0 || f%classes == i%classes && random.IntN(5) == 0 {
				values[i*features+f] = 1
			}
		}
		for j := range i {
			if random.IntN(100) < 2 || i%classes == j%classes && random.IntN(100) < 12 {
				c.Edges = append(c.Edges, data.Edge{From: int32(i), To: int32(j)})
			}
		}
	}
	var err error
	if c.Features, err = data.NewDenseFeatures(nodes, features, values); err != nil {
		t.Fatal(err)
	}
	g, err := data.NewGraph(c)
	if err != nil {
		t.Fatal(err)
	}
	split := data.NodeSplit{}
	for i := range int32(nodes) {
		switch {
		case i < 30:
			split.Train = append(split.Train, i)
		case i < 60:
			split.Validation = append(split.Validation, i)
		default:
			split.Test = append(split.Test, i)
		}
	}
	return g.Symmetrised(), split
}

// plantedProblem is a small network on that graph, without dropout.
func plantedProblem(t testing.TB, options string) Problem {
	t.Helper()
	choice, err := backend.New(options)
	if err != nil {
		t.Fatal(err)
	}
	g, split := planted(t)
	return Problem{
		Network: gnn.GCN{Hidden: 16, Dropout: gnn.None, InputDropout: gnn.None, Bias: true},
		Graph:   g, Split: split, Seed: 5, Backend: choice.Backend,
	}
}

// short prunes everything in a few epochs.
func short(variant prune.Variant) Options {
	return Options{
		Densities: Densities{.5, .4, .1}, Epochs: 30,
		Schedule: Schedule{Every: 5, End: 20, Variant: variant}, Regrowth: Regrowth{Period: 30},
	}
}

// The gradients by edge values, feature gates and both weights against differences of
// the loss, along directions in which many values move at once, because the loss has
// but seven digits.
func TestGradientsAgainstDifferences(t *testing.T) {
	steps := map[string]float32{Edges: .1, Features: .1, "convolution1.weight": .02, "convolution2.weight": .02}
	for _, variant := range []prune.Variant{prune.Paper, prune.Reference} {
		o := Options{Densities: Densities{1, 1, 1}, Regrowth: Regrowth{Growth: Gradient}, Schedule: Schedule{Variant: variant}}
		c, err := newCoSparsification(plantedProblem(t, ""), o.withDefaults())
		if err != nil {
			t.Fatal(err)
		}
		defer c.part.program.Close()
		if len(c.mask.Names()) != len(steps) {
			t.Fatalf("masked are %v", c.mask.Names())
		}
		// Far from where ReLU has its bend, units are on or off whatever moves.
		bias := make([]float32, 16)
		for i := range bias {
			bias[i] = 3 - 6*float32(i%4/3)
		}
		if err := c.part.program.SetValue("convolution1.bias", bias); err != nil {
			t.Fatal(err)
		}
		if _, err := c.part.program.Step(0); err != nil {
			t.Fatal(err)
		}
		gradients, err := copied(c.mask.Names(), c.part.program.Gradient)
		if err != nil {
			t.Fatal(err)
		}
		for name, h := range steps {
			random := seed.Seed(3).Stream(name)
			for range 8 {
				direction, want := make([]float32, len(gradients[name])), 0.0
				for i, g := range gradients[name] {
					if random.IntN(4) == 0 && g != 0 {
						direction[i] = float32(math.Copysign(1, float64(g)))
						want += math.Abs(float64(g))
					}
				}
				if got := slope(t, c.part.program, name, direction, h); math.Abs(got-want) > 1e-3*want {
					t.Errorf("%s: the loss rises by %v along a direction of %s, the gradient says %v", variant, got, name, want)
				}
			}
		}
	}
}

// slope is the derivative of the loss along a direction of a parameter, by differences
// whose error is of the fourth order.
func slope(t *testing.T, p *gnn.Program, name string, direction []float32, h float32) float64 {
	t.Helper()
	start, err := p.Value(name)
	if err != nil {
		t.Fatal(err)
	}
	loss := func(by float32) float64 {
		moved := slices.Clone(start)
		for i := range moved {
			moved[i] += by * direction[i]
		}
		if err := p.SetValue(name, moved); err != nil {
			t.Fatal(err)
		}
		loss, err := p.Step(0)
		if err != nil {
			t.Fatal(err)
		}
		return loss
	}
	difference := 8*(loss(h)-loss(-h)) - (loss(2*h) - loss(-2*h))
	if err := p.SetValue(name, start); err != nil {
		t.Fatal(err)
	}
	return difference / (12 * float64(h))
}

// Pruned gates have no gradient in the reference, and one in the paper's variant,
// while what they let through is 0 in both.
func TestGatesOfPrunedEdges(t *testing.T) {
	for variant, want := range map[prune.Variant]bool{prune.Paper: true, prune.Reference: false} {
		o := Options{Densities: Densities{Edges: 1}, Regrowth: Regrowth{Growth: Gradient}, Schedule: Schedule{Variant: variant}}
		c, err := newCoSparsification(plantedProblem(t, ""), o.withDefaults())
		if err != nil {
			t.Fatal(err)
		}
		defer c.part.program.Close()
		editor := c.mask.Edit()
		for i := range c.mask.SizeOf(Edges) {
			editor.Set(Edges, i, i%2 == 0)
		}
		c.mask = editor.Mask()
		if err := setMask(c.part.program, c.mask, c.mask.Names()); err != nil {
			t.Fatal(err)
		}
		if _, err := c.part.program.Step(0); err != nil {
			t.Fatal(err)
		}
		gradient, err := c.part.program.Gradient(Edges)
		if err != nil {
			t.Fatal(err)
		}
		has := false
		for i, g := range gradient {
			has = has || i%2 == 1 && g != 0
		}
		if has != want {
			t.Errorf("%s: pruned edges have a gradient: %t", variant, has)
		}
		small, err := compacted(c)
		if err != nil {
			t.Fatal(err)
		}
		defer small.program.Close()
		sameLogits(t, string(variant), c.part.program, small.program)
	}
}

// compacted is what is left beside the whole, which stays as it is.
func compacted(c *coSparsification) (*part, error) {
	stands, err := c.part.state()
	if err != nil {
		return nil, err
	}
	return c.part.compact(stands, c.mask)
}

func sameLogits(t *testing.T, name string, a, b *gnn.Program) {
	t.Helper()
	var first, second []float32
	for p, to := range map[*gnn.Program]*[]float32{a: &first, b: &second} {
		if err := p.Logits(func(logits []float32) { *to = slices.Clone(logits) }); err != nil {
			t.Fatal(err)
		}
	}
	largest := float64(slices.Max(prune.Absolute(first)))
	for i := range first {
		if math.Abs(float64(first[i]-second[i])) > 1e-5*largest {
			t.Fatalf("%s: logit %d is %v and %v", name, i, first[i], second[i])
		}
	}
}

// What is left computes what the whole does, now and after more steps, though it is
// smaller in every respect.
func TestCompactGoesOnAsTheWhole(t *testing.T) {
	for _, variant := range []prune.Variant{prune.Paper, prune.Reference} {
		o := short(variant)
		o.NoCompaction = true
		c, err := newCoSparsification(plantedProblem(t, ""), o.withDefaults())
		if err != nil {
			t.Fatal(err)
		}
		defer c.part.program.Close()
		for epoch := 1; epoch <= 20; epoch++ {
			if err := c.epoch(epoch); err != nil {
				t.Fatal(err)
			}
		}
		small, err := compacted(c)
		if err != nil {
			t.Fatal(err)
		}
		defer small.program.Close()
		for name, kept := range small.kept {
			if name != "convolution2.bias" && len(kept) >= len(small.base[name]) {
				t.Errorf("%s: %s still has %d values", variant, name, len(kept))
			}
		}
		sameLogits(t, string(variant), c.part.program, small.program)
		for range 5 {
			for _, p := range []*gnn.Program{c.part.program, small.program} {
				if _, err := p.Step(.01); err != nil {
					t.Fatal(err)
				}
			}
		}
		sameLogits(t, string(variant)+" after steps", c.part.program, small.program)
		whole, err := small.weights()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.part.program.Load(whole, 1); err != nil {
			t.Fatal(err)
		}
		if err := setMask(c.part.program, c.mask, c.mask.Names()); err != nil {
			t.Fatal(err)
		}
		sameLogits(t, string(variant)+" put back", c.part.program, small.program)
	}
}

func TestLeftReadsMasks(t *testing.T) {
	p := plantedProblem(t, "")
	parameters := append([]nn.Parameter{featuresOf(40)}, p.matrices(gnn.ShapeOf(p.Graph))...)
	editor := prune.OnesOf(parameters).Edit()
	editor.Set(Features, 0, false)
	for i := range 16 {
		editor.Set("convolution1.weight", 3*16+i, false) // nothing reads feature 3
	}
	for i := range 3 {
		editor.Set("convolution2.weight", 5*3+i, false) // nor unit 5
	}
	l := remainderOf(p, editor.Mask(), prune.Paper)
	for f, kept := range l.features {
		if kept != (f != 0 && f != 3) {
			t.Errorf("feature %d kept: %t", f, kept)
		}
	}
	for u, kept := range l.units {
		if kept != (u != 5) {
			t.Errorf("unit %d kept: %t", u, kept)
		}
	}
	sizes := map[string]int{Features: 38, "convolution1.weight": 38 * 15, "convolution1.bias": 15, "convolution2.weight": 15 * 3, "convolution2.bias": 3}
	for name, kept := range l.positions(append(p.Network.Parameters(gnn.ShapeOf(p.Graph)), featuresOf(40))) {
		if len(kept) != sizes[name] {
			t.Errorf("%s keeps %d values, want %d", name, len(kept), sizes[name])
		}
	}
}
