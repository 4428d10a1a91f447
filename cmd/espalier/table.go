package main

import "espalier/experiments"

// selection are the flags that choose among the results of an experiment.
type selection struct {
	Name  string   `arg:"" help:"The experiment, as in lth/tickets."`
	Scale string   `placeholder:"SCALE" help:"Only results of this scale: smoke, bench or paper."`
	Set   []string `sep:"none" placeholder:"FIELD=VALUE" help:"Only results with this hyper-parameter, data, network, method or seed. May be repeated."`
}

func (s selection) results(t *terminal) ([]*experiments.Result, error) {
	var scale experiments.Scale
	if s.Scale != "" {
		parsed, err := experiments.ParseScale(s.Scale)
		if err != nil {
			return nil, err
		}
		scale = parsed
	}
	set, err := experiments.ParseSet(s.Set)
	if err != nil {
		return nil, err
	}
	return t.store().Select(experiments.Selection{Experiment: s.Name, Scale: scale, Set: set})
}

type tableCommand struct {
	selection
	Format string `default:"md" placeholder:"FORMAT" help:"${formats} (default: md)."`
}

// Run prints the tables of the results that are there.
func (c tableCommand) Run(t *terminal) error {
	results, err := c.results(t)
	if err != nil {
		return err
	}
	tables, err := experiments.Tables(experiments.Summarise(experiments.Rows(results)))
	if err != nil {
		return err
	}
	format := c.Format
	if t.JSON {
		format = "json"
	}
	return experiments.WriteTables(t.out, tables, format)
}
