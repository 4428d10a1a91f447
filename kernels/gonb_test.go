package kernels

import (
	"errors"
	"strings"
	"testing"
	"time"
)

const svgCell = `import (
	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

%%
gonbui.SendData(&protocol.DisplayData{Data: map[protocol.MIMEType]any{
	protocol.MIMEImageSVG:  "<svg xmlns=\"http://www.w3.org/2000/svg\">\n<circle r=\"1\"/>\n</svg>",
	protocol.MIMETextPlain: "a circle",
}})
gonbui.Sync()`

// TestGoNB runs cells through the real kernel, in a folder outside the checkout.
func TestGoNB(t *testing.T) {
	spec := realSpec(t)
	notebook := notebookOf(
		"%%\nfmt.Println(\"a\")\nfmt.Println(\"b\")",
		"import \"espalier/seed\"\n\n%%\nfmt.Println(seed.Seed(1).Stream(\"x\").Uint64() == seed.Seed(1).Stream(\"x\").Uint64())",
		svgCell,
		"%%\npanic(\"a bud\")",
		"%%\nfmt.Println(\"never\")",
	)
	path := placed(t, notebook)
	result, err := Run(t.Context(), path, RunOptions{
		Spec:        spec,
		CellTimeout: time.Minute,
		Progress: func(p Progress) {
			if p.Done {
				t.Logf("cell %d of %d: %v", p.Number, p.Total, p.Duration.Round(time.Millisecond))
			}
		},
	})
	var failed *CellError
	if !errors.As(err, &failed) {
		t.Fatalf("the error is %v, not of a cell", err)
	}
	if failed.Number != 4 || failed.Line != "panic(\"a bud\")" || !strings.Contains(failed.Text, "panic: a bud") {
		t.Errorf("the error is of cell %d (%s): %s", failed.Number, failed.Line, failed.Text)
	}
	t.Log(err)
	cells := result.Notebook.Cells
	if got := cells[0].Outputs; len(got) != 1 || got[0].Text != "a\nb\n" {
		t.Errorf("printing: %v", show(got))
	}
	if got := cells[1].Outputs; len(got) != 1 || got[0].Text != "true\n" {
		t.Errorf("importing a package of the checkout: %v", show(got))
	}
	if got := cells[2].Outputs; len(got) != 1 || !strings.HasPrefix(got[0].Data["image/svg+xml"].(string), "<svg") || got[0].Data["text/plain"] != "a circle" {
		t.Errorf("displaying: %v", show(got))
	}
	if got := cells[4]; len(got.Outputs) != 0 || got.ExecutionCount != 0 {
		t.Errorf("a cell after the one that failed was executed: %v", show(got.Outputs))
	}
}

func show(outputs []*Output) []Output {
	var values []Output
	for _, output := range outputs {
		values = append(values, *output)
	}
	return values
}
