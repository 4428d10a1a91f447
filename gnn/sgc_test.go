package gnn_test

import (
	"fmt"
	"math"
	"testing"

	"espalier/gnn"
	"espalier/nn"
	"espalier/train"
)

// From weights of zero nothing is random, so the numbers are exact; they were computed
// once in float64 with other code; the loss in float32 differs in its fifth digit.
func TestSGCFromZeroWeights(t *testing.T) {
	for _, c := range []struct {
		set         string
		epochs      int
		decay, loss float64
		train       string
		validation  string
		test        string
	}{
		{"cora", 100, 1.3026542668438454e-05, .293798, ".9929", ".7960", ".8100"},
		{"citeseer", 150, 2.3546e-05, .522906, ".9750", ".7360", ".7180"},
	} {
		t.Run(c.set, func(t *testing.T) {
			g := openGraph(t, c.set).NormalisedRows()
			prepared := prepare(t, g)
			zero := make(nn.Weights)
			for _, p := range (gnn.SGC{}).Parameters(prepared.Shape()) {
				zero[p.Name] = make([]float32, p.Size())
			}
			result, err := gnn.Train(t.Context(), openBackend(t), gnn.Job{
				Network: gnn.SGC{}, Graph: prepared, Split: g.Splits()[0], Weights: zero,
				Options: gnn.Options{Epochs: c.epochs, Optimizer: train.Adam{LearningRate: 0.2}, WeightDecay: gnn.UniformDecay(c.decay)},
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := result.History[c.epochs-1].StepLoss; math.Abs(got-c.loss) > 5e-5 {
				t.Errorf("the last loss is %.6f, want %.6f", got, c.loss)
			}
			for what, pair := range map[string][2]string{
				"training": {share(result.Train), c.train}, "validation": {share(result.Validation), c.validation}, "test": {share(result.Test), c.test},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s accuracy is %s, want %s", what, pair[0], pair[1])
				}
			}
		})
	}
}

// SGC in float32 predicts what plain loops in float64 do.
func TestSGCAgainstPlainLoops(t *testing.T) {
	g := openGraph(t, "cora").NormalisedRows()
	r := regression{g: g, hops: 2, epochs: 20, decay: 1e-5}
	want := r.run()
	weights := nn.Weights{"linear.weight": nil, "linear.bias": nil}
	split := len(r.weights) - g.Classes()
	for i, w := range r.weights {
		name := "linear.weight"
		if i >= split {
			name = "linear.bias"
		}
		weights[name] = append(weights[name], float32(w))
	}
	got, err := gnn.Predict(t.Context(), openBackend(t), gnn.SGC{}, prepare(t, g), weights)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-5 {
			t.Fatalf("probability %d is %v, want %v", i, got[i], want[i])
		}
	}
}

// share writes an accuracy with four decimals and without its zero.
func share(s gnn.Score) string { return fmt.Sprintf("%.4f", s.Accuracy)[1:] }
