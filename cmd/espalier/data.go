package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"espalier/data"
	"espalier/experiments"
	"espalier/internal/numerals"
)

type dataCommand struct {
	List   dataListCommand   `cmd:"" help:"List the data sets, their licences, and where they were found."`
	Show   dataShowCommand   `cmd:"" help:"Summarise a graph: counts, degrees, classes, splits, licence, digest."`
	Check  dataCheckCommand  `cmd:"" help:"Verify digests and counts; without a name, of all sets that were found."`
	Get    dataGetCommand    `cmd:"" help:"Download data sets into the data folder; what is there is kept."`
	Export dataExportCommand `cmd:"" help:"Write a graph as GraphML."`
}

type dataListCommand struct{}

// Run lists the data sets.
func (dataListCommand) Run(t *terminal) error {
	images, err := data.List(t.DataFolder)
	if err != nil {
		return err
	}
	graphs, err := data.ListGraphs(t.DataFolder)
	if err != nil {
		return err
	}
	if t.JSON {
		return errors.Join(printJSON(t.out, images...), printJSON(t.out, graphs...))
	}
	rows := []string{"images\tnumber\tshape\tclasses\tlicence\tfound"}
	for _, e := range images {
		rows = append(rows, fmt.Sprintf("%s\t%s + %s\t%dx%dx%d\t%d\t%s\t%s",
			e.Name, numerals.Count(e.Train), numerals.Count(e.Test), e.Channels, e.Height, e.Width, e.Classes, e.Licence,
			whereFound(e.Found, e.Missing, e.HowToGet())))
	}
	if err := printColumns(t.out, rows...); err != nil {
		return err
	}
	fmt.Fprintln(t.out)
	return printColumns(t.out, graphRows(graphs)...)
}

func graphRows(graphs []data.GraphEntry) []string {
	rows := []string{"graphs\tnodes\tedges\tfeatures\tclasses\tlicence\tfound"}
	size := func(n int) string {
		if n == 0 {
			return "–"
		}
		return numerals.Count(n)
	}
	for _, e := range graphs {
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s\t%s", e.Name, size(e.Nodes), size(e.Edges), size(e.Features), size(e.Classes),
			e.Licence, whereFound(e.Found, e.Missing, e.HowToGet())))
	}
	return rows
}

// whereFound tells where a set is, or how to get it.
func whereFound(found string, missing []string, get string) string {
	switch {
	case found == "":
		return "– (" + get + ")"
	case len(missing) > 0:
		return fmt.Sprintf("%s, but %d of its files are missing", found, len(missing))
	}
	return found
}

type dataCheckCommand struct {
	Names []string `arg:"" optional:"" name:"name" help:"Data sets."`
}

// Run checks every set and reports all that is wrong.
func (c dataCheckCommand) Run(t *terminal) error {
	names := c.Names
	if len(names) == 0 {
		var err error
		if names, err = foundSets(t.DataFolder); err != nil {
			return err
		}
	}
	var wrong []error
	for _, name := range names {
		summary, report, err := check(t, name)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		if t.JSON {
			err = printJSON(t.out, report)
		} else {
			_, err = fmt.Fprintf(t.out, "%s: %s: all as they should be\n", name, summary)
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(wrong...)
}

// foundSets are the names of the images and graphs that are there.
func foundSets(folder string) ([]string, error) {
	images, err := data.List(folder)
	if err != nil {
		return nil, err
	}
	graphs, err := data.ListGraphs(folder)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range images {
		if e.Found != "" {
			names = append(names, e.Name)
		}
	}
	for _, e := range graphs {
		if e.Found != "" {
			names = append(names, e.Name)
		}
	}
	return names, nil
}

// place says where a set is that was found: in a folder, or built in.
func place(found string) string {
	if found == "built in" {
		return found
	}
	return "in " + found
}

// check verifies one set, and says in short what it has.
func check(t *terminal, name string) (summary string, report any, err error) {
	if slices.Contains(data.GraphNames(), name) {
		r, err := data.CheckGraph(t, name, t.DataFolder)
		return fmt.Sprintf("%s nodes and %s edges, %s", numerals.Count(r.Size.Nodes), numerals.Count(r.Size.Edges), place(r.Found)), r, err
	}
	r, err := data.Check(t, name, t.DataFolder)
	return fmt.Sprintf("%s + %s images, %s", numerals.Count(r.Train), numerals.Count(r.Test), place(r.Found)), r, err
}

type dataGetCommand struct {
	Names  []string `arg:"" name:"name" help:"Data sets."`
	Mirror string   `placeholder:"URL" help:"Address of a folder with the files, instead of their home."`
}

// Run downloads the sets.
func (c dataGetCommand) Run(t *terminal) error {
	if len(filepath.SplitList(t.DataFolder)) == 0 {
		return &experiments.UsageError{Message: "no data folder is named: name one by --data or ESPALIER_DATA"}
	}
	for _, name := range c.Names {
		bar := newDownloads(t.err)
		err := data.Get(t, name, t.DataFolder, data.GetOptions{Mirror: c.Mirror, Progress: bar.show})
		bar.end()
		if err != nil {
			return err
		}
		if t.JSON {
			err = printJSON(t.out, struct {
				Name   string `json:"name"`
				Folder string `json:"folder"`
			}{name, filepath.SplitList(t.DataFolder)[0]})
		} else {
			_, err = fmt.Fprintf(t.out, "%s is there\n", name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
