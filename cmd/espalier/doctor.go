package main

import (
	"cmp"
	"fmt"

	"espalier/backend"
	"espalier/backend/cpu"
	"espalier/cmd/espalier/internal/doctor"
	"espalier/experiments"
	"espalier/nn"
	"espalier/train"
)

type doctorCommand struct {
	Graph string `placeholder:"NETWORK" help:"Print instead how the backend cpu compiles a network, as in resnet20: the steps of training and of inference, what was fused, the memory."`
	Batch int    `placeholder:"N" help:"Images in a batch of --graph (default: 128)."`
}

// Run prints what is installed. What is missing is no failure: nothing needs all.
func (c doctorCommand) Run(t *terminal) error {
	if c.Graph != "" {
		return c.explain(t)
	}
	if c.Batch != 0 {
		return &experiments.UsageError{Message: "--batch is for --graph"}
	}
	findings := doctor.Examine(t, doctor.Options{
		Backend: t.Backend, Data: t.DataFolder, Runs: t.Runs,
	})
	if t.JSON {
		return printJSON(t.out, findings...)
	}
	var rows []string
	for _, f := range findings {
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s", f.Mark(), f.Subject, f.Found))
		if f.Advice != "" {
			rows = append(rows, "\t\t→ "+f.Advice)
		}
	}
	return printColumns(t.out, rows...)
}

// explain prints the compiled programs of a network: of a training step by SGD with
// momentum and weight decay, and of inference.
func (c doctorCommand) explain(t *terminal) error {
	batch := cmp.Or(c.Batch, 128)
	network, err := nn.New(c.Graph, nn.ZooOptions{})
	if err != nil {
		return &experiments.UsageError{Message: err.Error()}
	}
	chosen, err := backend.New(t.Backend)
	if err != nil {
		return err
	}
	defer chosen.Backend.Finalize()
	if chosen.Backend.Name() != cpu.Name {
		return &experiments.UsageError{Message: fmt.Sprintf("--graph --backend %s: only %s can print its programs", chosen.Name, cpu.Name)}
	}
	programs, free, err := train.Compile(chosen.Backend, network, train.SGD{LearningRate: 0.1, Momentum: 0.9, WeightDecay: 1e-4}, batch)
	if err != nil {
		return err
	}
	defer free()
	step, err := cpu.Explain(programs.Step)
	if err != nil {
		return err
	}
	inference, err := cpu.Explain(programs.Inference)
	if err != nil {
		return err
	}
	if t.JSON {
		return printJSON(t.out, struct {
			Network   string `json:"network"`
			Batch     int    `json:"batch"`
			Step      string `json:"step"`
			Inference string `json:"inference"`
		}{c.Graph, batch, step, inference})
	}
	_, err = fmt.Fprintf(t.out, "# %s, batches of %d: a training step\n%s\n# inference\n%s", c.Graph, batch, step, inference)
	return err
}
