package main

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"espalier/experiments"
	"espalier/progress/live"
)

type runCommand struct {
	Name  string   `arg:"" help:"The experiment, as in lth/tickets; espalier list names them."`
	Scale string   `default:"smoke" help:"smoke, bench or paper (default: smoke)." placeholder:"SCALE"`
	Seeds *int     `placeholder:"N" help:"How many seeds to run (default: what the scale says)."`
	Set   []string `sep:"none" placeholder:"FIELD=VALUE" help:"Set a hyper-parameter; espalier show NAME lists them. May be repeated."`
}

// Run runs the cells that are not finished and prints the summary of all, without those
// whose data is missing, which is an error all the same.
func (c runCommand) Run(t *terminal) error {
	scale, err := experiments.ParseScale(c.Scale)
	if err != nil {
		return err
	}
	set, err := experiments.ParseSet(c.Set)
	if err != nil {
		return err
	}
	seeds := 0 // what the scale says
	if c.Seeds != nil {
		if seeds = *c.Seeds; seeds < 1 {
			return &experiments.UsageError{Message: fmt.Sprintf("--seeds %d: expected a whole number of at least 1", seeds)}
		}
	}
	plan, err := experiments.NewPlan(experiments.Request{Experiment: c.Name, Scale: scale, Seeds: seeds, Set: set})
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	runner := experiments.Runner{
		Store: t.store(), Backend: t.Backend, Data: t.DataFolder, Workers: t.Workers,
		Progress: live.New(), Log: log,
	}
	if slices.ContainsFunc(plan.Cells, func(cell experiments.Cell) bool { return cell.Time != nil }) {
		defer keepTuning(&runner)()
	}
	results, err := runner.Run(t, plan.Cells)
	var missing *experiments.MissingDataError
	if err != nil && !errors.As(err, &missing) {
		return err
	}
	return errors.Join(printResults(t, results), err)
}

// keepTuning has a runner use what was measured before of how pruned networks are computed
// fastest. The function that it returns keeps what has been measured since. Without a
// place for that the run measures anew.
func keepTuning(runner *experiments.Runner) (keep func()) {
	tuning, err := openTuning()
	if err != nil {
		runner.Log.Warn("earlier measurements for the inference of pruned networks are not used", "problem", err)
		return func() {}
	}
	runner.Tuning = tuning.Tuning
	return func() {
		if err := tuning.keep(); err != nil {
			runner.Log.Warn("measurements for the inference of pruned networks are not kept", "problem", err)
		}
	}
}

// withoutTime leaves the time out of log lines: whoever reads them is there.
func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// printResults prints the tables of results, or their summaries as JSON.
func printResults(t *terminal, results []*experiments.Result) error {
	summaries := experiments.Summarise(experiments.Rows(results))
	if t.JSON {
		return printJSON(t.out, summaries...)
	}
	tables, err := experiments.Tables(summaries)
	if err != nil {
		return err
	}
	return experiments.WriteTables(t.out, tables, "md")
}
