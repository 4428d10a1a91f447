package sparse

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"espalier/nn"
)

// Choice is how a program computes its network, for people and programs to read.
type Choice struct {
	Path  Path `json:"path"`
	Batch int  `json:"batch"`
	// MACs are the network's multiply-accumulates for an image, LiveMACs those of weights
	// that live.
	MACs     int `json:"macs"`
	LiveMACs int `json:"live_macs"`
	// Milliseconds are what a batch takes by each path that was timed; nil where none was,
	// because the path was given.
	Milliseconds map[Path]float64 `json:"milliseconds,omitempty"`
	// Layers are those of the paths Sparse and Blocks.
	Layers []LayerChoice `json:"layers,omitempty"`
}

// LayerChoice is a layer of a program: one of the network's, with those fused into it.
type LayerChoice struct {
	Name string    `json:"name"`
	Does []nn.Kind `json:"does"`
	// Rows are its output channels, Weights those that it multiplies by.
	Rows    int    `json:"rows"`
	Weights int    `json:"weights"`
	Form    string `json:"form"`
}

// Choice is how the program computes its network, with what was measured for it.
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

// WriteTable writes which path is taken, with the times that were measured for the
// choice, and for Sparse and Blocks the form of each layer.
func (c Choice) WriteTable(w io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "path %s, batch %d; of %d multiply-accumulates an image %d live\n", c.Path, c.Batch, c.MACs, c.LiveMACs)
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
		fmt.Fprintf(table, "%s\t%s\t%d rows\t%d weights\t%s\n", l.Name, strings.Join(kinds, " + "), l.Rows, l.Weights, l.Form)
	}
	// Writing to a strings.Builder does not fail.
	_ = table.Flush()
	_, err := io.WriteString(w, text.String())
	return err
}
