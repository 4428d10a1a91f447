package show_test

import (
	"time"

	"espalier/cgp"
	"espalier/experiments/show"
	"espalier/gnn"
	"espalier/nn"
	"espalier/prune"
)

func ExampleCoSparsified() {
	mask := prune.OnesOf([]nn.Parameter{{Name: cgp.Edges, Shape: []int{4}}}).Edit()
	mask.Set(cgp.Edges, 0, false)
	show.CoSparsified(
		&cgp.Result{
			Mask: prune.OnesOf(nil), Epoch: cgp.Epoch{Scores: cgp.Scores{Test: gnn.Score{Accuracy: .815}}},
			Timing: cgp.Timing{Step: 8 * time.Millisecond, Inference: 2500 * time.Microsecond},
		},
		&cgp.Result{
			Mask: mask.Mask(), Epoch: cgp.Epoch{Scores: cgp.Scores{Test: gnn.Score{Accuracy: .8}}},
			Timing: cgp.Timing{Step: 9 * time.Millisecond, Inference: 3 * time.Millisecond, CompactStep: 4 * time.Millisecond, CompactInference: time.Millisecond},
		},
	)
	// Output:
	// | edges | features | weights | test accuracy | step | inference | step, compacted | inference, compacted |
	// |---:|---:|---:|---:|---:|---:|---:|---:|
	// | 100.0 % | 100.0 % | 100.0 % | 81.50 % | 8.00 ms | 2.50 ms | – | – |
	// | 75.0 % | 100.0 % | 100.0 % | 80.00 % | 9.00 ms | 3.00 ms | 4.00 ms | 1.00 ms |
}
