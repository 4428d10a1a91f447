package experiments

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"github.com/gomlx/compute"

	"espalier/progress"
	"espalier/sparse"
)

// Cell is the unit of work: one description and the function that runs it.
type Cell struct {
	Desc Desc
	// Needs are the cells whose folders Run reads; they are finished before.
	Needs []Desc
	// Run does the work. It keeps checkpoints in its folder and goes on from
	// them; cancelled, it writes one and returns the context's error.
	Run func(ctx context.Context, work Work) (Outcome, error)
	// Time measures how long what Run has found takes, by level; nil: nothing is
	// timed. It is called once, after all cells have run, while no other cell of the
	// run is at work.
	Time func(ctx context.Context, work Work) ([]Measurement, error)
}

// cellOf is a cell whose work depends on its description.
func cellOf(d Desc, run func(context.Context, Work, Desc) (Outcome, error), needs ...Desc) Cell {
	return Cell{Desc: d, Needs: needs, Run: func(ctx context.Context, w Work) (Outcome, error) { return run(ctx, w, d) }}
}

// run runs the cell. Code that builds graphs panics on what does not fit together;
// in a worker that would end the whole program.
func (c Cell) run(ctx context.Context, work Work) (outcome Outcome, err error) {
	defer recovered(&err)
	return c.Run(ctx, work)
}

func (c Cell) time(ctx context.Context, work Work) (durations []Measurement, err error) {
	defer recovered(&err)
	return c.Time(ctx, work)
}

func recovered(err *error) {
	if panicked := recover(); panicked != nil {
		*err = fmt.Errorf("internal error: %v", panicked)
	}
}

// Work is what a cell is given to run with.
type Work struct {
	// Folder is the cell's own; it exists, and no other process works in it.
	Folder string
	// Needed are the folders of the cells that this one needs, in their order.
	Needed  []string
	Backend compute.Backend
	Data    string // the data folder, or a list of them
	// Tuning, Progress and Log are never nil.
	Tuning   *sparse.Tuning
	Progress progress.Reporter
	Log      *slog.Logger
}

// Outcome is what a cell found.
type Outcome struct {
	Measurements []Measurement
	Curves       []Curve
	// Data are the digests of the image sets that were read, by name.
	Data map[string]string
}

// Result is a finished cell as the store holds it. Everything but the durations and
// the provenance is the same, byte for byte, whenever the cell is run again with the
// same backend on the same processor.
type Result struct {
	Desc         Desc
	Measurements []Measurement
	// Durations are what the cell's Time measured, by level, and metrics derived
	// from it; nil where nothing was timed.
	Durations  []Measurement
	Provenance Provenance
}

// FirstOf is the first of some results that is one of a method.
func FirstOf(results []*Result, method string) (*Result, error) {
	i := slices.IndexFunc(results, func(r *Result) bool { return r.Desc.Method == method })
	if i < 0 {
		return nil, fmt.Errorf("none of the %d results is one of %s", len(results), method)
	}
	return results[i], nil
}

// OfMethods are those of some results that are of one of some methods.
func OfMethods(results []*Result, methods ...string) []*Result {
	return slices.DeleteFunc(slices.Clone(results), func(r *Result) bool { return !slices.Contains(methods, r.Desc.Method) })
}

// Rows are the measurements, each with the durations of its level and the whole
// provenance.
func (r *Result) Rows() []Row {
	rows := make([]Row, len(r.Measurements))
	for i, m := range r.Measurements {
		m.Metrics = maps.Clone(m.Metrics)
		for _, d := range r.Durations {
			if d.Level == m.Level {
				maps.Copy(m.Metrics, d.Metrics)
			}
		}
		rows[i] = Row{Cell: r.Desc.Digest(), Desc: r.Desc, Measurement: m, Provenance: r.Provenance}
	}
	return rows
}

// Rows are the rows of all results, in their order; those that are nil have none.
func Rows(results []*Result) []Row {
	var rows []Row
	for _, result := range results {
		if result != nil {
			rows = append(rows, result.Rows()...)
		}
	}
	return rows
}
