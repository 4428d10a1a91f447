package experiments_test

import (
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"espalier/backend"
	"espalier/cgp"
	"espalier/data"
	"espalier/experiments"
	"espalier/gnn"
	"espalier/prune"
	"espalier/seed"
)

// ring is a problem of 60 nodes, each joined to those near it, of three classes.
func ring(t *testing.T) cgp.Problem {
	t.Helper()
	const nodes, features = 60, 50
	c := data.GraphContent{Name: "ring", Nodes: nodes, Classes: 3, Labels: make([]int32, nodes)}
	values, random := make([]float32, nodes*features), seed.Seed(1).Stream("features")
	for i := range int32(nodes) {
		c.Labels[i] = i * 3 / nodes
		for step := range int32(2) {
			c.Edges = append(c.Edges, data.Edge{From: i, To: (i + step + 1) % nodes})
		}
	}
	for i := range values {
		values[i] = float32(random.IntN(2))
	}
	var err error
	if c.Features, err = data.NewDenseFeatures(nodes, features, values); err != nil {
		t.Fatal(err)
	}
	g, err := data.NewGraph(c)
	if err != nil {
		t.Fatal(err)
	}
	choice, err := backend.New("")
	if err != nil {
		t.Fatal(err)
	}
	p := cgp.Problem{Network: gnn.GCN{Hidden: 8}, Graph: g.Symmetrised(), Seed: 1, Backend: choice.Backend}
	for i := range int32(nodes) {
		part := []*[]int32{&p.Split.Train, &p.Split.Validation, &p.Split.Test}[i%3]
		*part = append(*part, i)
	}
	return p
}

// Every method leaves what it is to leave: the paper's variant all that was asked for,
// the reference what its schedule without the last step gets to, except where it ranks
// matrices for themselves and where there is but one step.
func TestCosparsifyReachesItsDensities(t *testing.T) {
	p := ring(t)
	e, err := experiments.Find("cgp/cosparsify")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		variant prune.Variant
		uniform bool
		reached float64 // of the way to the density
	}{{prune.Paper, false, 1}, {prune.Paper, true, 1}, {prune.Reference, false, .875}, {prune.Reference, true, 1}} {
		for _, method := range e.Methods {
			o := &experiments.Cosparsify{
				Edges: []float64{.5}, Features: []float64{.5}, Weights: []float64{.5}, Rate: .1, Interval: 2, End: 4, Epochs: 6, Initial: 1,
				Variant: c.variant, Uniform: c.uniform,
			}
			reached := c.reached
			if strings.HasSuffix(method.Name, "one-shot") {
				reached = 1
			}
			for _, options := range o.Prunings(method.Name) {
				r, err := cgp.CoSparsify(t.Context(), p, options)
				if err != nil {
					t.Fatalf("%s, %s: %v", method.Name, c.variant, err)
				}
				left, wanted := cgp.Left(r.Mask), options.Densities
				for what, density := range map[string][2]float64{
					"edges": {left.Edges, wanted.Edges}, "features": {left.Features, wanted.Features}, "weights": {left.Weights, wanted.Weights},
				} {
					want := 1.
					if density[1] > 0 {
						want -= reached * (1 - density[1])
					}
					if math.Abs(density[0]-want) > .03 { // one or two of the features
						t.Errorf("%s, %s, uniform %t: %.3f of the %s left, want %.3f", method.Name, c.variant, c.uniform, density[0], what, want)
					}
				}
			}
		}
	}
}

// The columns by the papers' formulas have the papers' numbers of the dense networks.
func TestDenseMACsAreThePapers(t *testing.T) {
	for _, c := range []struct {
		set, metric  string
		hidden       int
		want, within float64
	}{
		{"cora", "million_macs_ugs", 512, 2007.4, .05},
		{"citeseer", "million_macs_ugs", 512, 6298.8, .05},
		{"cora", "million_macs_gebt", 16, 77.95, .005},
		{"citeseer", "million_macs_gebt", 16, 231.59, .005},
	} {
		t.Run(c.set+" "+c.metric, func(t *testing.T) {
			g, err := data.OpenGraph(t.Context(), c.set, os.Getenv("ESPALIER_DATA"))
			var missing *data.MissingError
			if errors.As(err, &missing) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			g = g.WithoutLoops().WithoutDuplicates()
			metrics := experiments.PruningMetrics(g, gnn.GCN{Hidden: c.hidden}, prune.OnesOf(nil), cgp.Scores{})
			if got := float64(metrics[c.metric]); !(math.Abs(got-c.want) <= c.within) {
				t.Errorf("%.4f, want %.2f", got, c.want)
			}
		})
	}
}
