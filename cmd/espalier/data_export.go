package main

import (
	"fmt"

	"espalier/data"
	"espalier/internal/durable"
	"espalier/internal/numerals"
)

type dataExportCommand struct {
	Name   string `arg:"" help:"A graph."`
	Output string `short:"o" required:"" placeholder:"FILE" help:"The GraphML file."`
}

// Run writes a graph into a file.
func (c dataExportCommand) Run(t *terminal) error {
	g, err := data.OpenGraph(t, c.Name, t.DataFolder)
	if err != nil {
		return err
	}
	if err := durable.Write(durable.OS{}, c.Output, g.WriteGraphML); err != nil {
		return fmt.Errorf("export %s: %w", c.Name, err)
	}
	if t.JSON {
		return printJSON(t.out, struct {
			Name string `json:"name"`
			File string `json:"file"`
		}{c.Name, c.Output})
	}
	_, err = fmt.Fprintf(t.out, "%s: %s nodes and %s edges in %s\n", c.Name, numerals.Count(g.Nodes()), numerals.Count(g.Counts().Edges), c.Output)
	return err
}
