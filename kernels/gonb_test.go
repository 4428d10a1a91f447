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
	t.Parallel()
	spec := realSpec(t)
	path := placed(t, notebookOf(
		"%%\nfmt.Println(\"a\")\nfmt.Println(\"b\")",
		"import \"espalier/seed\"\n\n%%\nfmt.Println(seed.Seed(7) == 7)",
		svgCell,
		"%reset go.mod",
		"import \"espalier/seed\"\n\n%%\nfmt.Println(seed.Seed(8) == 7)",
		"!go mod init elsewhere && cat go.mod",
		"%%\npanic(\"a bud\")",
		"%%\nfmt.Println(\"never\")",
	))
	result, err := Run(t.Context(), path, RunOptions{Spec: spec, CellTimeout: time.Minute, Progress: timesOf(t)})
	var failed *CellError
	if !errors.As(err, &failed) {
		t.Fatalf("the error is %v, not of a cell", err)
	}
	if failed.Number != 7 || failed.Line != "panic(\"a bud\")" || !strings.Contains(failed.Text, "panic: a bud") {
		t.Errorf("the error is of cell %d (%s): %s", failed.Number, failed.Line, failed.Text)
	}
	cells := result.Notebook.Cells
	for i, want := range map[int]string{0: "a\nb\n", 1: "true\n", 4: "false\n", 7: ""} {
		if got := stdout(cells[i]); got != want {
			t.Errorf("cell %d printed %q, want %q", i+1, got, want)
		}
	}
	if got := cells[2].Outputs; len(got) != 1 || got[0].Data["text/plain"] != "a circle" || !strings.HasPrefix(got[0].Data["image/svg+xml"].(string), "<svg") {
		t.Errorf("a drawing came out as %v", show(got))
	}
	if got := stdout(cells[5]); !strings.Contains(got, "module elsewhere") || strings.Contains(got, "espalier") {
		t.Errorf("a user's own go mod init made %q", got)
	}
}

// TestGoNBErrors looks at what a user is told.
func TestGoNBErrors(t *testing.T) {
	t.Parallel()
	spec := realSpec(t)
	for _, test := range []struct {
		name, source string
		timeout      time.Duration
		cause        error
		want         []string // in the error
	}{
		{"compile", "%%\nx := leaf()", time.Minute, nil, []string{": cell 1 (x := leaf()): Cell[1]: Line 2", "undefined: leaf"}},
		{"unknown module", "import \"example.com/leaf\"\n\n%%\nleaf.Grow()", time.Minute, nil, []string{"example.com/leaf", offlineHint}},
		{"unknown package of the checkout", "import \"espalier/leaf\"\n\n%%\nleaf.Grow()", time.Minute, nil, []string{"espalier/leaf"}},
		{"timeout", "%%\ntime.Sleep(time.Hour)", 2 * time.Second, ErrTimeout, []string{"interrupted after 2s"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Run(t.Context(), placed(t, notebookOf(test.source)), RunOptions{Spec: spec, CellTimeout: test.timeout})
			if err == nil || test.cause != nil && !errors.Is(err, test.cause) {
				t.Fatalf("the error is %v, want %v", err, test.cause)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error lacks %q:\n%v", want, err)
				}
			}
		})
	}
}

// timesOf logs how long each cell takes.
func timesOf(t *testing.T) func(Progress) {
	return func(p Progress) {
		if p.Done {
			t.Logf("cell %d of %d: %v", p.Number, p.Total, p.Duration.Round(time.Millisecond))
		}
	}
}

func show(outputs []*Output) []Output {
	var values []Output
	for _, output := range outputs {
		values = append(values, *output)
	}
	return values
}
