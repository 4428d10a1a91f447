package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"espalier/data"
	"espalier/experiments"
)

type dataCommand struct {
	List  dataListCommand  `cmd:"" help:"List the data sets, their licences, and where they were found."`
	Check dataCheckCommand `cmd:"" help:"Verify digests and counts; without a name, of all that were found."`
	Get   dataGetCommand   `cmd:"" help:"Download data sets into the data folder; what is there is kept."`
}

type dataListCommand struct{}

// Run lists the data sets.
func (dataListCommand) Run(t *terminal) error {
	entries, err := data.List(t.DataFolder)
	if err != nil {
		return err
	}
	if t.JSON {
		return printJSON(t.out, entries...)
	}
	rows := []string{"name\timages\tshape\tclasses\tlicence\tfound"}
	for _, e := range entries {
		found := e.Found
		switch {
		case found == "":
			found = "– (espalier data get " + e.Name + ")"
		case len(e.Missing) > 0:
			found += fmt.Sprintf(", but %d of its files are missing", len(e.Missing))
		}
		rows = append(rows, fmt.Sprintf("%s\t%s + %s\t%dx%dx%d\t%d\t%s\t%s",
			e.Name, count(e.Train), count(e.Test), e.Channels, e.Height, e.Width, e.Classes, e.Licence, found))
	}
	return printColumns(t.out, rows...)
}

type dataCheckCommand struct {
	Names []string `arg:"" optional:"" name:"name" help:"Data sets."`
}

// Run checks every set and reports all that is wrong.
func (c dataCheckCommand) Run(t *terminal) error {
	names := c.Names
	if len(names) == 0 {
		entries, err := data.List(t.DataFolder)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.Found != "" {
				names = append(names, e.Name)
			}
		}
	}
	var wrong []error
	for _, name := range names {
		report, err := data.Check(t, name, t.DataFolder)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		if t.JSON {
			err = printJSON(t.out, report)
		} else {
			_, err = fmt.Fprintf(t.out, "%s: %s + %s images in %s, all as they should be\n",
				name, count(report.Train), count(report.Test), report.Found)
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(wrong...)
}

type dataGetCommand struct {
	Names  []string `arg:"" name:"name" help:"Data sets."`
	Mirror string   `placeholder:"URL" help:"A folder that has the files, in place of their home."`
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
