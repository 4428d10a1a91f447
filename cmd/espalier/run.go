package main

import (
	"errors"
	"slices"

	"espalier/experiments"
	"espalier/progress/live"
)

type runCommand struct {
	Name  string   `arg:"" help:"The experiment, as in lth/tickets; espalier list names them."`
	Scale string   `default:"smoke" help:"smoke, bench or paper (default: smoke)." placeholder:"SCALE"`
	Seeds int      `placeholder:"N" help:"How many seeds to run (default: what the scale says)."`
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
	plan, err := experiments.NewPlan(experiments.Request{Experiment: c.Name, Scale: scale, Seeds: c.Seeds, Set: set})
	if err != nil {
		return err
	}
	runner := experiments.Runner{
		Store: t.store(), Backend: t.Backend, Data: t.DataFolder, Workers: t.Workers,
		Progress: live.New(), Log: t.log(),
	}
	if slices.ContainsFunc(plan.Cells, func(cell experiments.Cell) bool { return cell.Time != nil }) {
		tuning := t.openTuning()
		defer tuning.keep()
		runner.Tuning = tuning.Tuning
	}
	results, err := runner.Run(t, plan.Cells)
	var missing *experiments.MissingDataError
	if err != nil && !errors.As(err, &missing) {
		return err
	}
	return errors.Join(printResults(t, results), err)
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
