package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"espalier/kernels"
)

type notebookCommand struct {
	Run     notebookRunCommand     `cmd:"" help:"Run notebooks headless, through the GoNB kernel, and write them with their outputs."`
	Install notebookInstallCommand `cmd:"" help:"Build the kernel and write its specification into the checkout."`
}

type notebookRunCommand struct {
	Files   []string      `arg:"" name:"file" help:"Notebooks (.ipynb)."`
	Output  string        `short:"o" placeholder:"DIR" help:"Folder for the executed notebooks (default: overwrite each notebook)."`
	Timeout time.Duration `default:"10m" placeholder:"TIME" help:"How long a cell may run, as in 90s or 1h (default: 10m)."`
}

// Run executes the notebooks in turn and prints where each was written.
func (c notebookRunCommand) Run(t *terminal) error {
	for _, file := range c.Files {
		if err := checkFile("notebook", file); err != nil {
			return err
		}
	}
	spec, err := install(t)
	if err != nil {
		return err
	}
	environment, err := t.environment()
	if err != nil {
		return err
	}
	for _, file := range c.Files {
		result, err := kernels.Run(t, file, kernels.RunOptions{
			Spec: spec, OutputFolder: c.Output, CellTimeout: c.Timeout, Environment: environment,
			Progress: func(p kernels.Progress) {
				if p.Done {
					fmt.Fprintf(t.err, "%s: cell %d of %d took %.1f s\n", file, p.Number, p.Total, p.Duration.Seconds())
				}
			},
		})
		if err != nil {
			return err
		}
		if t.JSON {
			err = printJSON(t.out, executed{Notebook: result.Path, Seconds: seconds(result.Durations)})
		} else {
			_, err = fmt.Fprintln(t.out, result.Path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// executed is a notebook as `notebook run --json` writes it.
type executed struct {
	Notebook string    `json:"notebook"`
	Seconds  []float64 `json:"seconds"`
}

func seconds(durations []time.Duration) []float64 {
	all := make([]float64, len(durations))
	for i, d := range durations {
		all[i] = d.Seconds()
	}
	return all
}

type notebookInstallCommand struct{}

// Run installs the kernel and prints where its specification is.
func (notebookInstallCommand) Run(t *terminal) error {
	if _, err := install(t); err != nil {
		return err
	}
	root, err := kernels.FindRoot(".")
	if err != nil {
		return err
	}
	if t.JSON {
		return printJSON(t.out, struct {
			Spec string `json:"spec"`
		}{kernels.SpecFolder(root)})
	}
	_, err = fmt.Fprintln(t.out, kernels.SpecFolder(root))
	return err
}

// install makes the kernel of the checkout ready.
func install(t *terminal) (kernels.Spec, error) {
	root, err := kernels.FindRoot(".")
	if err != nil {
		return kernels.Spec{}, err
	}
	return kernels.Install(t, root, kernels.InstallOptions{Log: t.err})
}

// environment tells the cells of a notebook, wherever it is, what the flags say.
func (t *terminal) environment() ([]string, error) {
	runs, err := filepath.Abs(t.Runs)
	if err != nil {
		return nil, err
	}
	environment := []string{"ESPALIER_RUNS=" + runs}
	if t.Backend != "" {
		environment = append(environment, "ESPALIER_BACKEND="+t.Backend)
	}
	folders := filepath.SplitList(t.DataFolder)
	for i, folder := range folders {
		if folders[i], err = filepath.Abs(folder); err != nil {
			return nil, err
		}
	}
	if len(folders) > 0 {
		environment = append(environment, "ESPALIER_DATA="+strings.Join(folders, string(filepath.ListSeparator)))
	}
	return environment, nil
}
