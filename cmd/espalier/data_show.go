package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"espalier/data"
	"espalier/experiments"
)

type dataShowCommand struct {
	Name   string           `arg:"" name:"name|path" help:"A graph, or with --format the file or folder of a graph of your own."`
	Format data.GraphFormat `placeholder:"FORMAT" help:"Read a graph of your own: planetoid, gnn-benchmark, heterophilous, geom-gcn, matlab, timed, csv, ogb or wiki-cs."`
	Stored bool             `help:"With the edges and features as the files have them: directed, with loops and duplicates."`
}

// Run shows the card of a graph.
func (c dataShowCommand) Run(t *terminal) error {
	g, err := c.open(t)
	if err != nil {
		return err
	}
	card := g.Card()
	if t.JSON {
		return printJSON(t.out, card)
	}
	return card.WriteTable(t.out)
}

func (c dataShowCommand) open(t *terminal) (*data.Graph, error) {
	switch {
	case c.Format != "":
		g, err := data.ReadGraph(t, c.Format, os.DirFS(filepath.Dir(c.Name)), filepath.Base(c.Name))
		if err != nil && !slices.Contains(data.GraphFormats(), c.Format) {
			return nil, &experiments.UsageError{Message: err.Error()}
		} else if err != nil {
			return nil, fmt.Errorf("read %s as %s: %w", c.Name, c.Format, err)
		}
		return g, nil
	case c.Stored:
		return data.OpenStoredGraph(t, c.Name, t.DataFolder)
	default:
		return data.OpenGraph(t, c.Name, t.DataFolder)
	}
}
