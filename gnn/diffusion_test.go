package gnn_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"espalier/data"
	"espalier/gnn"
)

// The numbers were computed once in float64 with other code.
func TestLabelPropagation(t *testing.T) {
	type row struct {
		normalisation    gnn.Normalisation
		alpha            float64
		validation, test float64
		sum              float64
	}
	for set, rows := range map[string][]row{
		"cora": {
			{gnn.Symmetric, .9, .6940, .7130, 132.955968}, {gnn.Symmetric, .5, .6580, .6810, 136.832424},
			{gnn.RowWise, .9, .6900, .6990, 158.457383}, {gnn.RowWise, .5, .6540, .6750, 150.896049},
			{gnn.ColumnWise, .9, .6980, .7070, 137.572231}, {gnn.ColumnWise, .5, .6740, .6800, 139.727078},
		},
		"citeseer": {
			{gnn.Symmetric, .9, .5000, .4990, 114.059357}, {gnn.Symmetric, .5, .4660, .4620, 117.413389},
			{gnn.RowWise, .9, .5060, .4950, 129.873803}, {gnn.RowWise, .5, .4740, .4610, 127.242581},
			{gnn.ColumnWise, .9, .4940, .4890, 119.995159}, {gnn.ColumnWise, .5, .4680, .4630, 120.000000},
		},
		"pubmed": {
			{gnn.Symmetric, .9, .7180, .7120, 49.404289}, {gnn.Symmetric, .5, .6960, .6930, 54.311997},
			{gnn.RowWise, .9, .6920, .7080, 72.166757}, {gnn.RowWise, .5, .6840, .6820, 68.746624},
			{gnn.ColumnWise, .9, .7220, .7130, 60.000000}, {gnn.ColumnWise, .5, .7100, .6980, 60.000000},
		},
	} {
		t.Run(set, func(t *testing.T) {
			g := openGraph(t, set)
			split := g.Splits()[0]
			for _, r := range rows {
				y, err := gnn.LabelPropagation{Diffusion: gnn.Diffusion{Normalisation: r.normalisation, Alpha: r.alpha}}.Run(g, split.Train)
				if err != nil {
					t.Fatal(err)
				}
				sum := 0.0
				for _, v := range y {
					sum += v
				}
				if validation, test := gnn.Accuracy(g, y, split.Validation), gnn.Accuracy(g, y, split.Test); validation != r.validation || test != r.test || math.Abs(sum-r.sum) > 1e-6 {
					t.Errorf("%s with alpha %v: accuracy %.4f and %.4f, sum %.6f; want %.4f, %.4f, %.6f",
						r.normalisation, r.alpha, validation, test, sum, r.validation, r.test, r.sum)
				}
			}
		})
	}
}

func TestCorrectAndSmooth(t *testing.T) {
	d := func(n gnn.Normalisation) gnn.Diffusion { return gnn.Diffusion{Normalisation: n} }
	auto := func(correct, smooth gnn.Normalisation) gnn.CorrectAndSmooth {
		return gnn.CorrectAndSmooth{Correct: d(correct), Smooth: d(smooth)}
	}
	fixed := gnn.CorrectAndSmooth{Scale: 1}
	type row struct {
		model            string
		method           gnn.CorrectAndSmooth
		validation, test float64
	}
	for _, c := range []struct {
		set    string
		epochs int
		decay  float64
		base   map[string]float64 // test accuracies
		rows   []row
	}{
		{"cora", 100, 1.3026542668438454e-05, map[string]float64{"plain": .5650, "sgc": .8100}, []row{
			{"plain", auto("DAD", "DAD"), .7860, .7990}, {"plain", auto("DAD", "DA"), .7900, .7970},
			{"plain", auto("AD", "DA"), .7880, .7980}, {"plain", fixed, .7640, .7900},
			{"sgc", auto("DAD", "DAD"), .7800, .7930}, {"sgc", fixed, .7940, .8120},
		}},
		{"citeseer", 150, 2.3546e-05, map[string]float64{"plain": .5870, "sgc": .7180}, []row{
			{"plain", auto("DAD", "DAD"), .6800, .6930}, {"plain", auto("DAD", "DA"), .6700, .6940},
			{"plain", fixed, .7020, .6990},
			{"sgc", auto("DAD", "DA"), .6940, .6980}, {"sgc", fixed, .7300, .7170},
		}},
	} {
		t.Run(c.set, func(t *testing.T) {
			g := openGraph(t, c.set).NormalisedRows()
			split := g.Splits()[0]
			models := make(map[string][]float64)
			for name, hops := range map[string]int{"plain": 0, "sgc": 2} {
				r := regression{g: g, hops: hops, epochs: c.epochs, decay: c.decay}
				models[name] = r.run()
			}
			for name, want := range c.base {
				if got := gnn.Accuracy(g, models[name], split.Test); got != want {
					t.Errorf("%s: accuracy %.4f, want %.4f", name, got, want)
				}
			}
			for _, r := range c.rows {
				y, err := r.method.Run(g, models[r.model], split.Train)
				if err != nil {
					t.Fatal(err)
				}
				if validation, test := gnn.Accuracy(g, y, split.Validation), gnn.Accuracy(g, y, split.Test); validation != r.validation || test != r.test {
					t.Errorf("%s with %+v: accuracy %.4f and %.4f, want %.4f and %.4f", r.model, r.method, validation, test, r.validation, r.test)
				}
			}
		})
	}
}

func TestDiffusionsThatCannotWork(t *testing.T) {
	g := openGraph(t, "cora")
	for name, run := range map[string]func() error{
		"an unknown normalisation": func() error {
			_, err := gnn.LabelPropagation{Diffusion: gnn.Diffusion{Normalisation: "ADA"}}.Run(g, nil)
			return err
		},
		"alpha above 1": func() error {
			_, err := gnn.LabelPropagation{Diffusion: gnn.Diffusion{Alpha: 2}}.Run(g, nil)
			return err
		},
		"a node that is not there": func() error {
			_, err := gnn.LabelPropagation{}.Run(g, []int32{9999})
			return err
		},
		"a node twice": func() error {
			_, err := gnn.CorrectAndSmooth{}.Run(g, make([]float64, g.Nodes()*g.Classes()), []int32{1, 1})
			return err
		},
		"too few predictions": func() error {
			_, err := gnn.CorrectAndSmooth{}.Run(g, slices.Repeat([]float64{0}, 3), []int32{1})
			return err
		},
	} {
		if run() == nil {
			t.Errorf("%s is no error", name)
		}
	}
}

// The labels of 140 nodes spread over Cora.
func ExampleLabelPropagation() {
	g, err := data.OpenGraph(context.Background(), "cora", "")
	if err != nil {
		panic(err)
	}
	split := g.Splits()[0]
	y, err := gnn.LabelPropagation{}.Run(g, split.Train)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.4f\n", gnn.Accuracy(g, y, split.Test))
	// Output:
	// 0.7130
}
