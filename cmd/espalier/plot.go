package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"espalier/experiments"
	"espalier/experiments/figure"
	"espalier/internal/durable"
)

type plotCommand struct {
	selection
	Output string `short:"o" required:"" placeholder:"FILE" help:"The picture: FILE.svg or FILE.png."`
	Kind   string `default:"accuracy" placeholder:"KIND" help:"${plots} (default: accuracy)."`
}

// Run draws the results into the file.
func (c plotCommand) Run(t *terminal) error {
	format := strings.TrimPrefix(filepath.Ext(c.Output), ".")
	if !slices.Contains(figure.Formats(), format) {
		return &experiments.UsageError{Message: fmt.Sprintf("-o %s: expected a name that ends in .svg or .png", c.Output)}
	}
	results, err := c.results(t)
	if err != nil {
		return err
	}
	drawn, err := t.store().Draw(experiments.Plot(c.Kind), results)
	if err != nil {
		return err
	}
	picture, err := drawn.Render(format)
	if err != nil {
		return err
	}
	if err := durable.WriteFile(durable.OS{}, c.Output, picture); err != nil {
		return err
	}
	if t.JSON {
		return printJSON(t.out, struct {
			File string `json:"file"`
		}{c.Output})
	}
	_, err = fmt.Fprintln(t.out, c.Output)
	return err
}
