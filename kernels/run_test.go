package kernels

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// run executes cells through the fake kernel.
func run(t *testing.T, o RunOptions, sources ...string) (*Result, error) {
	t.Helper()
	if o.Spec.Argv == nil {
		o.Spec = fakeSpec(t, "normal")
	}
	return Run(t.Context(), placed(t, notebookOf(sources...)), o)
}

// stdout returns what a cell printed.
func stdout(cell *Cell) string {
	var text strings.Builder
	for _, output := range cell.Outputs {
		if output.Name == "stdout" {
			text.WriteString(output.Text)
		}
	}
	return text.String()
}

func TestRunOutputs(t *testing.T) {
	t.Parallel()
	stream := func(name, text string) Output { return Output{Kind: StreamOutput, Name: name, Text: text} }
	shown := func(kind OutputKind, text string, count int) Output {
		return Output{Kind: kind, Data: map[string]any{"text/plain": text}, Metadata: map[string]any{}, ExecutionCount: count}
	}
	for _, test := range []struct {
		name, source string
		want         []Output
	}{
		{"adjacent streams merge", "print a\nprint b", []Output{stream("stdout", "a\nb\n")}},
		{"streams keep their order", "print a\nwarn b\nprint c", []Output{stream("stdout", "a\n"), stream("stderr", "b\n"), stream("stdout", "c\n")}},
		{"a progress bar shows its end", "bar 1\nbar 2\nprint 3", []Output{stream("stdout", "23\n")}},
		{"display", "print a\ndisplay x\nprint b", []Output{stream("stdout", "a\n"), shown(DisplayOutput, "x", 0), stream("stdout", "b\n")}},
		{"update", "display x\ndisplay y\nupdate z", []Output{shown(DisplayOutput, "z", 0), shown(DisplayOutput, "z", 0)}},
		{"update of nothing", "update z", nil},
		{"result", "result x", []Output{shown(ResultOutput, "x", 1)}},
		{"clear", "print a\nclear\nprint b", []Output{stream("stdout", "b\n")}},
		{"clear and nothing more", "print a\nclear", nil},
		{"clear waits", "print a\nclear wait", []Output{stream("stdout", "a\n")}},
		{"clear waits for an output", "print a\nclear wait\nprint b", []Output{stream("stdout", "b\n")}},
		{"forged output is dropped", "forge evil\nprint good", []Output{stream("stdout", "good\n")}},
		{"output after the end", "late a", []Output{stream("stdout", "a\n")}},
		{"no word of being idle", "print a\nno-idle", []Output{stream("stdout", "a\n")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			// During the second cell comes what the first said too late.
			result, err := run(t, RunOptions{}, test.source, "print z")
			if err != nil {
				t.Fatal(err)
			}
			if got := show(result.Notebook.Cells[0].Outputs); !reflect.DeepEqual(got, test.want) {
				t.Errorf("outputs\n%v, want\n%v", got, test.want)
			}
		})
	}
}

func TestRunFaults(t *testing.T) {
	t.Parallel()
	const short = time.Second
	for _, test := range []struct {
		name    string
		options RunOptions
		sources []string
		number  int    // of the cell that fails
		cause   error  // nil: the cell's own program
		text    string // in the error
		kept    string // what the failing cell printed before
	}{
		{name: "a cell fails", sources: []string{"print a", "print b\nwarn because\nfail exit status 2"}, number: 2, text: "exit status 2\n\tbecause", kept: "b\n"},
		{name: "the reply cannot be read", sources: []string{"garbled"}, number: 1, text: "cannot be read"},
		{name: "the kernel dies", sources: []string{"print a", "print b\ndie crack"}, number: 2, cause: ErrKernelDied, text: "exit status 7\n\ta branch fell: crack", kept: "b\n"},
		{name: "a cell sleeps and heeds the interrupt", options: RunOptions{CellTimeout: short}, sources: []string{"print a\nsleep"}, number: 1, cause: ErrTimeout, text: "after 1s", kept: "a\n"},
		{name: "a cell hangs and does not", options: RunOptions{CellTimeout: short, InterruptGrace: short}, sources: []string{"print a\nhang"}, number: 1, cause: ErrTimeout, text: "after 1s", kept: "a\n"},
		{name: "a cell floods", options: RunOptions{OutputLimit: 1 << 20}, sources: []string{"print a\nflood"}, number: 1, cause: ErrOutputLimit, text: "1048576 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			result, err := run(t, test.options, append(test.sources, "print never")...)
			var failed *CellError
			if !errors.As(err, &failed) {
				t.Fatalf("the error is %v, not a *CellError", err)
			}
			if failed.Number != test.number || failed.Line != notebookOf(test.sources...).Cells[test.number-1].FirstLine() {
				t.Errorf("the error is of cell %d (%s), want %d", failed.Number, failed.Line, test.number)
			}
			if !errors.Is(err, test.cause) && test.cause != nil || test.cause == nil && failed.Err != nil {
				t.Errorf("the cause is %v, want %v", failed.Err, test.cause)
			}
			if !strings.Contains(err.Error(), test.text) {
				t.Errorf("the error lacks %q: %v", test.text, err)
			}
			written, err := ReadNotebook(result.Path)
			if err != nil {
				t.Fatal(err)
			}
			if got := stdout(written.Cells[test.number-1]); !strings.HasPrefix(got, test.kept) {
				t.Errorf("of the output before the fault %q was written, want %q", got, test.kept)
			}
			if got := stdout(written.Cells[len(test.sources)]); got != "" {
				t.Errorf("a cell after the fault was executed: %q", got)
			}
		})
	}
}

func TestRunKernelDoesNotStart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		mode, text string
		patience   time.Duration
	}{
		{"exit", "no wish to live", time.Minute},
		{"silent", "deadline", time.Second},
		{"forged", "wrong signature", 3 * time.Second},
	} {
		t.Run(test.mode, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), test.patience)
			defer cancel()
			path := placed(t, notebookOf("print a"))
			result, err := Run(ctx, path, RunOptions{Spec: fakeSpec(t, test.mode)})
			if err == nil || !strings.Contains(err.Error(), test.text) {
				t.Errorf("the error is %v, want one with %q", err, test.text)
			}
			if result != nil {
				t.Errorf("there is a result: %+v", result)
			}
		})
	}
}

func TestRunWaitsForASlowKernel(t *testing.T) {
	t.Parallel()
	if _, err := run(t, RunOptions{Spec: fakeSpec(t, "slow")}, "print a"); err != nil {
		t.Fatal(err)
	}
}

func TestRunMissingProgram(t *testing.T) {
	t.Parallel()
	_, err := run(t, RunOptions{Spec: Spec{Argv: []string{"/nonexistent/kernel", connectionArgument}}}, "print a")
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the error is %v, want one about a file that does not exist", err)
	}
}

func TestRunCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cause := context.Canceled
	path := placed(t, notebookOf("print a\nsleep", "print never"))
	begun := func(p Progress) { time.AfterFunc(100*time.Millisecond, cancel) }
	result, err := Run(ctx, path, RunOptions{Spec: fakeSpec(t, "normal"), Progress: begun})
	if !errors.Is(err, cause) {
		t.Fatalf("the error is %v, want %v", err, cause)
	}
	if got := stdout(result.Notebook.Cells[0]); got != "a\n" {
		t.Errorf("of the output %q is left, want %q", got, "a\n")
	}
}

// TestRunLeavesNothing looks for the processes and files of a kernel that ends well,
// that is killed, and that dies.
func TestRunLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, last := range []string{"print b", "hang", "die"} {
		t.Run(last, func(t *testing.T) {
			t.Parallel()
			o := RunOptions{CellTimeout: time.Second, InterruptGrace: 100 * time.Millisecond}
			result, err := run(t, o, "spawn", "leave", last)
			if (err != nil) != (last != "print b") {
				t.Fatal(err)
			}
			pid, err := strconv.Atoi(stdout(result.Notebook.Cells[0]))
			if err != nil {
				t.Fatal(err)
			}
			if !gone(pid) {
				t.Errorf("the process %d that a cell started is still there", pid)
			}
			if _, err := os.Stat(stdout(result.Notebook.Cells[1])); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the temporary file of a cell is still there: %v", err)
			}
		})
	}
}

// gone says whether a process ended; that it is a zombie, left to whoever adopted it,
// counts.
func gone(pid int) bool {
	for range 100 {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return true
		}
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err == nil && strings.Contains(string(status), ") Z ") {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

func TestRunTags(t *testing.T) {
	t.Parallel()
	notebook := notebookOf("fail expected", "fail never", "", "print a")
	notebook.Cells[0].Metadata = map[string]any{"tags": []any{raisesException}}
	notebook.Cells[1].Metadata = map[string]any{"tags": []any{skipExecution}}
	notebook.Cells[1].Outputs = []*Output{{Kind: StreamOutput, Name: "stdout", Text: "as it was"}}
	result, err := Run(t.Context(), placed(t, notebook), RunOptions{Spec: fakeSpec(t, "normal")})
	if err != nil {
		t.Fatal(err)
	}
	cells := result.Notebook.Cells
	if got := cells[0].Outputs; len(got) != 1 || got[0].ErrorValue != "expected" {
		t.Errorf("the error that was to be expected is not there: %v", show(got))
	}
	if got := stdout(cells[1]); got != "as it was" {
		t.Errorf("a cell to be skipped has %q", got)
	}
	if cells[0].ExecutionCount != 1 || cells[2].ExecutionCount != 0 || cells[3].ExecutionCount != 2 {
		t.Errorf("the execution counts are %d, %d, %d", cells[0].ExecutionCount, cells[2].ExecutionCount, cells[3].ExecutionCount)
	}
}

func TestRunOptions(t *testing.T) {
	t.Parallel()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(folder, "new", "folder")
	path := placed(t, notebookOf("folder TREE", "print b"))
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var steps []Progress
	result, err := Run(t.Context(), path, RunOptions{
		Spec: fakeSpec(t, "normal"), OutputFolder: out, WorkingFolder: folder,
		Environment: []string{"TREE=pear"},
		Progress:    func(p Progress) { steps = append(steps, p) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(out, "notebook.ipynb"); result.Path != want {
		t.Errorf("the notebook was written to %s, want %s", result.Path, want)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the original changed: %v", err)
	}
	if got, want := stdout(result.Notebook.Cells[0]), folder+" pear"; got != want {
		t.Errorf("folder and variable are %q, want %q", got, want)
	}
	if len(steps) != 4 || steps[3].Number != 2 || steps[3].Total != 2 || !steps[3].Done || steps[3].Line != "print b" ||
		steps[3].Duration != result.Durations[1] || steps[2].Done {
		t.Errorf("the progress was %+v", steps)
	}
}

// TestRunIsRepeatable executes an executed notebook and finds the same bytes.
func TestRunIsRepeatable(t *testing.T) {
	t.Parallel()
	notebook := notebookOf("print a", "display x")
	notebook.Cells[0].Metadata = map[string]any{"execution": map[string]any{"iopub.status.busy": "2024-01-01T00:00:00Z"}}
	path := placed(t, notebook)
	var contents []string
	for range 2 {
		if _, err := Run(t.Context(), path, RunOptions{Spec: fakeSpec(t, "normal")}); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		contents = append(contents, string(content))
	}
	if contents[0] != contents[1] {
		t.Errorf("two runs differ:\n%s\n%s", contents[0], contents[1])
	}
	if strings.Contains(contents[0], "iopub") {
		t.Error("the times of an earlier run are still there")
	}
}
