package show

import (
	"fmt"
	"strings"
	"time"

	"espalier/cgp"
)

// CoSparsified displays co-sparsifications as a table: what is left, the test accuracy,
// and how long a step of training and an inference took on the whole graph, with what was
// pruned held at zero, and on what was left after compaction.
func CoSparsified(results ...*cgp.Result) {
	var text strings.Builder
	text.WriteString("| edges | features | weights | test accuracy | step | inference | step, compacted | inference, compacted |\n" +
		"|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, r := range results {
		left, t := cgp.Left(r.Mask), r.Timing
		fmt.Fprintf(&text, "| %.1f %% | %.1f %% | %.1f %% | %.2f %% | %s | %s | %s | %s |\n",
			100*left.Edges, 100*left.Features, 100*left.Weights, 100*r.Test.Accuracy,
			milliseconds(t.Step), milliseconds(t.Inference), milliseconds(t.CompactStep), milliseconds(t.CompactInference))
	}
	Markdown(text.String())
}

// milliseconds writes a time that was measured.
func milliseconds(d time.Duration) string {
	if d == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f ms", d.Seconds()*1e3)
}
