package cgp_test

import (
	"fmt"
	"testing"

	"espalier/backend"
	"espalier/cgp"
	"espalier/data"
	"espalier/gnn"
)

// BenchmarkCoSparsify is a whole run on Cora, with the steps and inferences before and
// after what was pruned is taken out, beside the multiply-accumulates by three formulas.
func BenchmarkCoSparsify(b *testing.B) {
	choice, err := backend.New("")
	if err != nil {
		b.Fatal(err)
	}
	whole, err := data.OpenGraph(b.Context(), "cora", "")
	if err != nil {
		b.Fatal(err)
	}
	g, network := whole.NormalisedRows(), gnn.GCN{Hidden: 512, InputDropout: gnn.None, Bias: true}
	for _, left := range []cgp.Densities{
		{}, {Edges: .5}, {Features: .1}, {Weights: .1}, {Weights: .01}, {Edges: .5, Features: .5, Weights: .1}, {Edges: .1, Features: .1, Weights: .01},
	} {
		b.Run(fmt.Sprintf("edges=%g/features=%g/weights=%g", left.Edges, left.Features, left.Weights), func(b *testing.B) {
			for range b.N {
				r, err := cgp.CoSparsify(b.Context(), cgp.Problem{
					Network: network, Graph: g, Split: whole.Splits()[0], Seed: 1, Backend: choice.Backend,
				}, cgp.Options{Densities: left})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(r.Timing.Step.Seconds()*1e3, "ms/step")
				b.ReportMetric(r.Timing.CompactStep.Seconds()*1e3, "ms/compact-step")
				b.ReportMetric(r.Timing.Inference.Seconds()*1e3, "ms/inference")
				b.ReportMetric(r.Timing.CompactInference.Seconds()*1e3, "ms/compact-inference")
				for _, formula := range cgp.Formulas {
					b.ReportMetric(formula.Of(formula.Size(g, 512), cgp.Left(r.Mask))/1e6, "M-"+formula.Name)
				}
				b.ReportMetric(cgp.ExecutedMACs(g, r.Mask, network)/1e6, "M-executed")
			}
		})
	}
}
