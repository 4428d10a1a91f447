package sparse

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"espalier/internal/numerals"
	"espalier/nn"
)

// Choice describes how a program computes its network, for people and programs to read.
type Choice struct {
	Path  Path `json:"path"`
	Batch int  `json:"batch"`
	// MACs is the number of the network's multiply-accumulates for an image, LiveMACs that
	// of weights that are not pruned.
	MACs     int `json:"macs"`
	LiveMACs int `json:"live_macs"`
	// Milliseconds is the time of a batch on each path that was timed; nil if Options.Path
	// was given.
	Milliseconds map[Path]float64 `json:"milliseconds,omitempty"`
	// Layers are the program's layers, on the paths Sparse and Blocks.
	Layers []LayerChoice `json:"layers,omitempty"`
}

// LayerChoice is a layer of a program: one of the network's layers, with those fused into
// it. Does has the kinds of all of them.
type LayerChoice struct {
	Name string    `json:"name"`
	Does []nn.Kind `json:"does"`
	// Rows is the number of its output channels, Weights that of the weights that it
	// multiplies by.
	Rows    int    `json:"rows"`
	Weights int    `json:"weights"`
	Form    string `json:"form"`
}

// Choice describes how the program computes its network, with the times that were measured.
func (p *Program) Choice() Choice {
	c := Choice{Path: p.path, Batch: p.batch, MACs: p.cost.MACs, LiveMACs: p.cost.LiveMACs}
	for path, took := range p.times {
		if c.Milliseconds == nil {
			c.Milliseconds = make(map[Path]float64)
		}
		c.Milliseconds[path] = took.Seconds() * 1e3
	}
	if s, ok := p.engine.(*stencils); ok {
		for _, l := range s.layers {
			c.Layers = append(c.Layers, LayerChoice{Name: l.name, Does: l.kinds, Rows: len(l.rows), Weights: l.taps(), Form: fmt.Sprint(l.form)})
		}
	}
	return c
}

// WriteTable writes the chosen path, the times that were measured, and for Sparse and
// Blocks the form of each layer, as text.
func (c Choice) WriteTable(w io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "path %s, batch %d; %s of %s multiply-accumulates an image are live\n",
		c.Path, c.Batch, numerals.Count(c.LiveMACs), numerals.Count(c.MACs))
	for _, path := range paths {
		if took, ok := c.Milliseconds[path]; ok {
			fmt.Fprintf(&text, "%s: %.3f ms a batch\n", path, took)
		}
	}
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, l := range c.Layers {
		kinds := make([]string, len(l.Does))
		for i, kind := range l.Does {
			kinds[i] = string(kind)
		}
		fmt.Fprintf(table, "%s\t%s\t%d rows\t%s weights\t%s\n", l.Name, strings.Join(kinds, " + "), l.Rows, numerals.Count(l.Weights), l.Form)
	}
	// Writing to a strings.Builder does not fail.
	_ = table.Flush()
	_, err := io.WriteString(w, text.String())
	return err
}
