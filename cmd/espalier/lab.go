package main

import (
	"cmp"
	"fmt"
	"os"

	"espalier/experiments"
	"espalier/kernels"
)

type labCommand struct {
	Folder string `placeholder:"DIR" help:"What JupyterLab shows (default: the checkout)."`
	Port   int    `placeholder:"N" help:"The first port to try (default: 8888)."`
	Python string `placeholder:"FILE" help:"The Python to make the virtual environment with (default: python3)."`
}

// Run starts JupyterLab, prints its address with the token, and stops it at an
// interrupt.
func (c labCommand) Run(t *terminal) error {
	if c.Port < 0 || c.Port > 65535 {
		return &experiments.UsageError{Message: fmt.Sprintf("--port %d: expected a number from 1 to 65535", c.Port)}
	}
	if info, err := os.Stat(cmp.Or(c.Folder, ".")); err != nil || !info.IsDir() {
		return &experiments.UsageError{Message: fmt.Sprintf("--folder %s: there is no such folder", c.Folder)}
	}
	root, err := kernels.FindRoot(".")
	if err != nil {
		return err
	}
	return kernels.Lab(t, root, kernels.LabOptions{
		Folder: c.Folder, Port: c.Port, Python: c.Python, Log: t.err,
		Ready: func(url string) {
			if t.JSON {
				_ = printJSON(t.out, struct {
					URL string `json:"url"`
				}{url})
				return
			}
			fmt.Fprintln(t.out, url)
		},
	})
}
