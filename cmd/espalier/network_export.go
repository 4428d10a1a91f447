package main

import (
	"fmt"
	"os"

	"espalier/experiments"
	"espalier/internal/durable"
	"espalier/nn"
	"espalier/nn/export"
	"espalier/nn/weightfile"
	"espalier/prune"
)

// model is the network that the flags describe, with weights and mask where they
// name any.
func (c networkCommand) model(network *nn.Network) (export.Model, error) {
	m := export.Model{Network: network}
	for _, read := range []func(*export.Model) error{c.readWeights, c.readMask, c.shrink} {
		if err := read(&m); err != nil {
			return m, err
		}
	}
	return m, nil
}

// readWeights reads the weights and the masks that are in the same file.
func (c networkCommand) readWeights(m *export.Model) error {
	if c.Weights == "" {
		return nil
	}
	if err := checkFile("--weights", c.Weights); err != nil {
		return err
	}
	file, err := weightfile.Open(c.Weights)
	if err != nil {
		return err
	}
	if m.Weights, err = file.Weights(m.Network); err != nil {
		return fmt.Errorf("weights file %s: %w; name the network of the file, with its --width, --classes and --input", c.Weights, err)
	}
	masks, err := file.Masks(m.Network)
	if err != nil {
		return fmt.Errorf("weights file %s: %w", c.Weights, err)
	}
	if masks != nil {
		m.Mask = masks
	}
	m.Metadata = map[string]string{"weights": file.Digest}
	return nil
}

// readMask reads the mask, instead of one beside the weights, and applies it.
func (c networkCommand) readMask(m *export.Model) error {
	if c.Mask == "" {
		return nil
	}
	if err := checkFile("--mask", c.Mask); err != nil {
		return err
	}
	form, err := os.ReadFile(c.Mask)
	if err != nil {
		return fmt.Errorf("mask: %w", err)
	}
	mask, err := prune.ParseMask(form)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Mask, err)
	}
	if err := mask.Fits(m.Network); err != nil {
		return fmt.Errorf("%s: %w", c.Mask, err)
	}
	m.Mask = mask
	if m.Weights != nil {
		m.Weights, err = mask.Apply(m.Weights)
	}
	return err
}

// shrink removes the channels that the mask leaves without use.
func (c networkCommand) shrink(m *export.Model) error {
	if !c.Shrink {
		return nil
	}
	if m.Mask == nil {
		return &experiments.UsageError{Message: "--shrink: there is no mask; name one with --mask FILE, or weights with masks beside them with --weights FILE"}
	}
	shrunk, err := nn.Shrink(m.Network, m.Weights, m.Mask, nn.Silent)
	if err != nil {
		return err
	}
	m.Network, m.Weights, m.Mask = shrunk.Network, shrunk.Weights, shrunk.Mask(m.Mask)
	return nil
}

// export writes the model and says what was written.
func (c networkCommand) export(t *terminal, m export.Model) error {
	if err := checkEnding(c.Output); err != nil {
		return err
	}
	if m.Weights == nil {
		return &experiments.UsageError{Message: fmt.Sprintf("export to %s: there are no weights; name them with --weights FILE", c.Output)}
	}
	if err := export.Write(durable.OS{}, c.Output, m); err != nil {
		return err
	}
	return t.tellWritten(c.Output, "network "+m.Network.Name, m.Network)
}
