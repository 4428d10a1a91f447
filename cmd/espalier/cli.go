package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"espalier/experiments"
)

// grammar is the command line.
type grammar struct {
	settings

	List     listCommand     `cmd:"" help:"List the experiments: the question, the paper, what each scale costs."`
	Run      runCommand      `cmd:"" help:"Run an experiment and print its results."`
	Show     showCommand     `cmd:"" help:"Show an experiment, or one cell with its rows and whole provenance."`
	Table    tableCommand    `cmd:"" help:"Print an experiment's results, published numbers beside measured ones."`
	Plot     plotCommand     `cmd:"" help:"Draw an experiment's results into a file."`
	Export   exportCommand   `cmd:"" help:"Write the trained network of a result to a file, with its mask and provenance."`
	Data     dataCommand     `cmd:"" help:"List, show, check, download or export data sets."`
	Network  networkCommand  `cmd:"" help:"Show a network: layers, parameters, multiply-accumulates, peak activations."`
	Notebook notebookCommand `cmd:"" help:"Run notebooks headless, or install the kernel that runs them."`
	Lab      labCommand      `cmd:"" help:"Start JupyterLab with the kernel, on loopback, with a token."`
	Bench    benchCommand    `cmd:"" help:"Time this machine's kernels and networks."`
	Doctor   doctorCommand   `cmd:"" help:"Say what is installed, which backend and kernels are used, what is missing."`
}

// settings are the flags of every command.
type settings struct {
	DataFolder string `name:"data" env:"ESPALIER_DATA" placeholder:"DIR" help:"Data folder, or several separated as in PATH."`
	Runs       string `env:"ESPALIER_RUNS" default:"runs" placeholder:"DIR" help:"Folder of results (default: runs)."`
	Backend    string `env:"ESPALIER_BACKEND" placeholder:"NAME" help:"GoMLX backend, as in go or xla:cpu; espalier doctor shows the default."`
	Workers    int    `placeholder:"N" help:"Cells that run at a time; with --compile, goroutines that compute (default: one for each processor)."`
	JSON       bool   `name:"json" help:"Write results as JSON, one object a line."`
}

// terminal is what a command works with beside its own arguments: results go to
// out, everything else to err.
type terminal struct {
	context.Context
	settings
	out, err io.Writer
}

// store is the run store that the flags name.
func (t *terminal) store() *experiments.Store { return experiments.OpenStore(t.Runs) }

const description = `Espalier finds out which parts of a neural network are needed.

Experiments are named package/question, as in lth/tickets. Scale smoke takes seconds and proves that it works, bench takes minutes to hours and its result means something, paper is the published protocol. A run that was interrupted goes on where it was when the same command is given again; what has been run is never run twice.

Results go to standard output, progress to standard error. Exit status: 0 done, 1 failed, 2 wrong usage, 3 something named in the message is missing.`

// run is the program: it returns the exit status.
func run(arguments []string, out, err io.Writer) (status int) {
	defer func() {
		// Code that builds graphs panics on what does not fit together.
		if panicked := recover(); panicked != nil {
			status = complain(err, fmt.Errorf("internal error: %v", panicked))
		}
	}()
	var g grammar
	parser, parseError := kong.New(&g,
		kong.Name("espalier"), kong.Description(description),
		kong.Vars{"plots": choice(experiments.Plots()), "formats": choice(experiments.TableFormats())},
		kong.Writers(out, err), kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
	)
	if parseError != nil {
		return complain(err, parseError)
	}
	command, parseError := parser.Parse(arguments)
	if parseError != nil {
		return complain(err, &experiments.UsageError{Message: usage(parseError, arguments)})
	}
	if flagError := checkFlags(command.Flags()); flagError != nil {
		return complain(err, flagError)
	}
	ctx, stop := interruptible()
	defer stop()
	return complain(err, command.Run(&terminal{Context: ctx, settings: g.settings, out: out, err: err}))
}

// choice lists names, as in "md, csv or tex".
func choice[T ~string](names []T) string {
	var text strings.Builder
	for i, name := range names {
		switch {
		case i > 0 && i == len(names)-1:
			text.WriteString(" or ")
		case i > 0:
			text.WriteString(", ")
		}
		text.WriteString(string(name))
	}
	return text.String()
}

// usage says what is wrong with the arguments and where to read more.
func usage(err error, arguments []string) string {
	// A value such as -1 looks like a flag; the parser then shows how to write it in
	// quotation marks, which a shell removes.
	message, _, _ := strings.Cut(err.Error(), " (short flag)")
	help := "espalier --help"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context.Selected() != nil {
		help = "espalier " + parse.Context.Selected().Path() + " --help"
		help = strings.Replace(help, "espalier espalier", "espalier", 1)
	} else if len(arguments) > 0 && !strings.HasPrefix(arguments[0], "-") && !strings.Contains(message, "unexpected argument "+arguments[0]) {
		help = "espalier " + arguments[0] + " --help"
	}
	return fmt.Sprintf("%s; `%s` says more", plainly.Replace(message), help)
}

// interruptible returns a context that the first interrupt or terminate signal
// cancels; the second ends the program at once.
func interruptible() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}
