package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"espalier/data"
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
	return printColumns(t.out, cardRows(card)...)
}

func (c dataShowCommand) open(t *terminal) (*data.Graph, error) {
	switch {
	case c.Format != "":
		return data.ReadGraph(t, c.Format, os.DirFS(filepath.Dir(c.Name)), filepath.Base(c.Name))
	case c.Stored:
		return data.OpenStoredGraph(t, c.Name, t.DataFolder)
	default:
		return data.OpenGraph(t, c.Name, t.DataFolder)
	}
}

func cardRows(c data.Card) []string {
	var rows []string
	add := func(name, format string, values ...any) {
		rows = append(rows, name+"\t"+fmt.Sprintf(format, values...))
	}
	add("graph", "%s", strings.TrimSuffix(c.Name+": "+c.Title, ": "))
	add("nodes", "%s", count(c.Nodes))
	add("edges", "%s undirected, %s directed entries", count(c.Edges), count(c.Entries))
	add("as stored", "%s entries, %s of them duplicates; %s nodes with loops", count(c.Stored.Entries), count(c.Stored.Duplicates), count(c.Stored.Loops))
	add("here", "%s duplicates, %s loops, %s", count(c.Duplicates), count(c.Loops), direction(c.Undirected))
	add("density", "%.3g", c.Density)
	add("degrees", "mean %.2f, median %d, greatest %s", c.Degrees.Mean, c.Degrees.Median, count(c.Degrees.Greatest))
	add("", "%s", degreeHistogram(c.Degrees.Histogram))
	add("isolated", "%s nodes", count(c.Isolated))
	add("components", "%s, the largest of %s nodes and %s edges", count(c.Components), count(c.Largest.Nodes), count(c.Largest.Edges))
	if c.Features > 0 {
		add("features", "%s, of which %.2f %% are not 0 (%s), kept %s", count(c.Features),
			100*float64(c.NonZeros)/float64(c.Features)/float64(max(1, c.Nodes)), count(c.NonZeros), kept(c.Sparse))
	}
	if len(c.ClassCounts) > 0 {
		add("classes", "%d: %s nodes", len(c.ClassCounts), counts(c.ClassCounts))
	}
	if c.Homophily != nil && c.NodeHomophily != nil {
		add("homophily", "%.4f of the edges, %.4f mean over the nodes", *c.Homophily, *c.NodeHomophily)
	}
	for _, s := range c.Splits {
		add("split "+s.Name, "%s training, %s validation, %s test; training by class %s", count(s.Train), count(s.Validation), count(s.Test), counts(s.Classes))
	}
	for i, remark := range c.Remarks {
		add([]string{"remarks", ""}[min(i, 1)], "%s", remark)
	}
	if c.Home != "" {
		add("licence", "%s", c.Licence)
		add("home", "%s", c.Home)
		add("citation", "%s", c.Citation)
	}
	add("digest", "%s", c.Digest)
	return rows
}

func direction(undirected bool) string {
	if undirected {
		return "undirected"
	}
	return "directed"
}

func kept(sparse bool) string {
	if sparse {
		return "sparse"
	}
	return "dense"
}

func counts(numbers []int) string {
	var texts []string
	for _, n := range numbers {
		texts = append(texts, count(n))
	}
	return strings.Join(texts, " ")
}

// degreeHistogram writes how many nodes have 0 neighbours, 1, 2–3, 4–7 and so on.
func degreeHistogram(buckets []int) string {
	var texts []string
	for i, n := range buckets {
		low, high := 0, 0
		if i > 0 {
			low, high = 1<<(i-1), 1<<i-1
		}
		name := count(low)
		if high > low {
			name += "–" + count(high)
		}
		texts = append(texts, name+": "+count(n))
	}
	return strings.Join(texts, ", ")
}
