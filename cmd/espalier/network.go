package main

import (
	"fmt"

	"espalier/experiments"
	"espalier/nn"
)

type networkCommand struct {
	Name    string   `arg:"" optional:"" help:"The network, as in resnet20; without a name, all are listed."`
	Input   nn.Shape `placeholder:"CxHxW" help:"Shape of an image, as in 3x32x32 (default: the paper's)."`
	Classes int      `placeholder:"N" help:"Number of outputs (default: the paper's)."`
	Width   float64  `placeholder:"FACTOR" help:"Multiplies the channels of every layer (default: 1)."`
	Weights string   `placeholder:"FILE" help:"Trained weights, with masks if it has some: PyTorch's, safetensors or npz."`
	Mask    string   `placeholder:"FILE" help:"A mask file, as studies keep one for each level; pruned weights become zero."`
	Shrink  bool     `help:"Remove the channels that the mask leaves unused."`
	Compile bool     `help:"Print how the network is computed with its zeros left out: the times measured on this machine, and the form of each layer."`
	Batch   int      `placeholder:"N" help:"Images computed at a time (with --compile; default: 64)."`
	Output  string   `short:"o" placeholder:"FILE" help:"Export the network with its weights and masks to FILE.onnx, .safetensors or .npz."`
}

// Run prints a network's layers and what they cost, or exports it.
func (c networkCommand) Run(t *terminal) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Name == "" {
		return listNetworks(t)
	}
	network, err := nn.New(c.Name, nn.ZooOptions{Input: c.Input, Classes: c.Classes, Width: c.Width})
	if err != nil {
		return &experiments.UsageError{Message: err.Error()}
	}
	model, err := c.model(network)
	if err != nil {
		return err
	}
	if c.Output != "" {
		return c.export(t, model)
	}
	if c.Compile {
		return t.compile(model.Network, model.Weights, model.Mask, c.Batch)
	}
	summary := model.Network.Summary(model.Mask)
	if t.JSON {
		return printJSON(t.out, summary)
	}
	return summary.WriteTable(t.out)
}

// check refuses flags that contradict each other or would be passed over.
func (c networkCommand) check() error {
	named := c
	named.Name = ""
	message := ""
	switch {
	case c.Name == "" && named != networkCommand{}:
		message = "these flags are about one network: name it, as in `espalier network resnet20`; without flags, all are listed"
	case c.Compile && c.Output != "":
		message = "--compile prints and -o exports: choose one"
	case c.Batch != 0 && !c.Compile:
		message = "--batch is for --compile"
	default:
		return nil
	}
	return &experiments.UsageError{Message: message}
}

func listNetworks(t *terminal) error {
	var rows []string
	for _, a := range nn.Zoo() {
		if t.JSON {
			if err := printJSON(t.out, struct {
				Name    string   `json:"name"`
				Summary string   `json:"summary"`
				Input   nn.Shape `json:"input"`
				Classes int      `json:"classes"`
			}{a.Name, a.Summary, a.Input, a.Classes}); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s", a.Name, a.Input, a.Summary))
	}
	return printColumns(t.out, rows...)
}
