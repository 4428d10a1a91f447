package kernels

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Tags of a cell's metadata that Run knows.
const (
	raisesException = "raises-exception" // the cell may fail
	skipExecution   = "skip-execution"   // the cell is left as it is
)

// RunOptions says how a notebook is executed. The zero value takes the kernel of the
// checkout around the working directory and writes the notebook over itself.
type RunOptions struct {
	Spec           Spec           // the kernel; zero: the one that Install wrote
	OutputFolder   string         // where the executed notebook goes, under the same name; "": over the notebook
	WorkingFolder  string         // of the kernel and its cells; "": the notebook's
	Environment    []string       // KEY=value, for the kernel and its cells
	CellTimeout    time.Duration  // how long a cell may run; 0: 10 minutes
	InterruptGrace time.Duration  // how long a cell may go on once interrupted, before the kernel is killed; 0: 7 s (GoNB kills the cell after 5)
	OutputLimit    int            // bytes of output that a cell may have; 0: 16 MiB
	Progress       func(Progress) // called at the start and at the end of each cell; may be nil
}

// Progress says where the execution of a notebook is.
type Progress struct {
	Notebook string        // its path
	Number   int           // of the cell, from 1, among those that are executed
	Total    int           // of the cells that are executed
	Line     string        // the cell's first line
	Done     bool          // the cell is done, after Duration
	Duration time.Duration // of the cell; 0 at its start
}

// Result is the outcome of an execution.
type Result struct {
	Path      string          // of the executed notebook
	Notebook  *Notebook       // its content
	Durations []time.Duration // of the cells that were executed, in order
}

// Run executes the code cells of a notebook in order, through a kernel of its own,
// and writes the notebook with their outputs as nbformat 4.5. Metadata that differs
// from run to run is left out, and outputs of earlier runs are gone.
//
// A cell that fails, and is not tagged raises-exception, ends the run with a
// *CellError; so do a cell that runs out of time or writes too much, and a kernel
// that dies. The end of the context interrupts the cell that runs, so that it can
// save what it has, and ends the run with the context's error in a *CellError. In
// all these cases the outputs so far are written, and the Result is returned beside
// the error; where the kernel does not even start, nothing is written and the Result
// is nil. When Run returns, the kernel, everything that its cells started and
// its temporary files are gone.
func Run(ctx context.Context, path string, o RunOptions) (*Result, error) {
	o, err := o.complete(path)
	if err != nil {
		return nil, err
	}
	notebook, err := ReadNotebook(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.OutputFolder, 0o755); err != nil {
		return nil, fmt.Errorf("output folder: %w", err)
	}
	session, err := startSession(ctx, sessionOptions{spec: o.Spec, folder: o.WorkingFolder, environment: o.Environment})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	r := runner{path: path, options: o, notebook: notebook, session: session, collector: newCollector(o.OutputLimit)}
	err = r.run(ctx)
	if err == nil {
		session.shutdown(r.collector.take)
	}
	err = errors.Join(err, session.stop())
	r.collector.finish()
	result := &Result{
		Path:      filepath.Join(o.OutputFolder, filepath.Base(path)),
		Notebook:  notebook,
		Durations: r.durations,
	}
	notebook.strip()
	notebook.describe()
	return result, errors.Join(err, notebook.WriteFile(result.Path))
}

// complete fills in what was left zero.
func (o RunOptions) complete(path string) (RunOptions, error) {
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return o, err
	}
	o.OutputFolder = cmp.Or(o.OutputFolder, filepath.Dir(path))
	o.WorkingFolder = cmp.Or(o.WorkingFolder, folder)
	o.CellTimeout = cmp.Or(o.CellTimeout, 10*time.Minute)
	o.InterruptGrace = cmp.Or(o.InterruptGrace, 7*time.Second)
	o.OutputLimit = cmp.Or(o.OutputLimit, 16<<20)
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if len(o.Spec.Argv) > 0 {
		return o, nil
	}
	root, err := FindRoot(folder)
	if err != nil {
		return o, err
	}
	o.Spec, err = ReadSpec(SpecFolder(root))
	return o, err
}

// runner is one execution of a notebook.
type runner struct {
	path      string
	options   RunOptions
	notebook  *Notebook
	session   *session
	collector *collector
	durations []time.Duration
}

func (r *runner) run(ctx context.Context) error {
	cells := r.clear()
	for i, cell := range cells {
		progress := Progress{Notebook: r.path, Number: i + 1, Total: len(cells), Line: cell.FirstLine()}
		r.options.Progress(progress)
		begin := time.Now()
		err := r.execute(ctx, cell)
		progress.Done, progress.Duration = true, time.Since(begin)
		r.durations = append(r.durations, progress.Duration)
		r.options.Progress(progress)
		if err != nil {
			err.Notebook, err.Number, err.Line = r.path, progress.Number, progress.Line
			return err
		}
	}
	return nil
}

// clear empties the outputs of all cells that are to be executed, and returns those
// that have something to execute.
func (r *runner) clear() []*Cell {
	var cells []*Cell
	for _, cell := range r.notebook.Cells {
		if cell.Kind != CodeCell || cell.Tagged(skipExecution) {
			continue
		}
		cell.Outputs, cell.ExecutionCount = nil, 0
		if strings.TrimSpace(cell.Source) != "" {
			cells = append(cells, cell)
		}
	}
	return cells
}

func (r *runner) execute(ctx context.Context, cell *Cell) *CellError {
	id, err := r.session.submit(cell.Source)
	if err != nil {
		return &CellError{Err: err}
	}
	r.collector.begin(id, cell)
	reply, err := r.session.await(ctx, id, limits{cell: r.options.CellTimeout, grace: r.options.InterruptGrace}, r.collector.take)
	if err != nil {
		return &CellError{Err: err}
	}
	if reply.Status == "ok" || cell.Tagged(raisesException) {
		return nil
	}
	r.collector.finish()
	return &CellError{Text: explain(reply, cell)}
}

var (
	colour      = regexp.MustCompile("\x1b\\[[0-9;]*m")
	packageLine = regexp.MustCompile(`(?m)^# gonb_.*\n`) // the compiler's headline, which says nothing
)

// explain returns the error of a cell as text: what the kernel said, and the last lines
// that the cell's program wrote to its standard error, since of a program that failed the
// kernel tells only the exit status.
func explain(reply reply, cell *Cell) string {
	text := reply.Value
	if trace := strings.Join(reply.Traceback, "\n"); len(trace) > len(text) {
		text = trace // with the lines of the cell that compiler messages are about
	}
	text = strings.TrimSpace(packageLine.ReplaceAllString(text, ""))
	for _, output := range cell.Outputs {
		if output.Kind == StreamOutput && output.Name == "stderr" {
			said := strings.TrimSuffix(strings.TrimSpace(output.Text), text)
			text += "\n" + lastLines(said, 20)
		}
	}
	return colour.ReplaceAllString(strings.TrimSpace(text), "")
}

// describe sets the metadata by which a front end knows the notebook's kernel and
// language; without the language's version, which is the machine's.
func (n *Notebook) describe() {
	if n.Metadata == nil {
		n.Metadata = map[string]any{}
	}
	n.Metadata["kernelspec"] = map[string]any{
		"name": kernelName, "display_name": displayName, "language": language,
	}
	n.Metadata["language_info"] = map[string]any{
		"name": language, "file_extension": ".go", "mimetype": "text/x-go",
	}
}
