package nn

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"espalier/internal/numerals"
)

// Summary is a network in numbers, for people and programs to read: `espalier
// network NAME` writes it.
type Summary struct {
	Name  string `json:"name"`
	Input Shape  `json:"input"`
	Cost
	Layers []LayerSummary `json:"layers"`
}

// LayerSummary is one layer of a Summary. Its PeakActivations is what is in memory
// while the layer runs.
type LayerSummary struct {
	Name   string `json:"name"`
	Kind   Kind   `json:"kind"`
	Output Shape  `json:"output"`
	// Weight is the shape of the layer's weight, nil where it has none.
	Weight []int `json:"weight,omitempty"`
	Cost
}

// Summary counts the network layer by layer, under a mask unless it is nil.
func (n *Network) Summary(mask Mask) Summary {
	s := Summary{Name: n.Name, Input: n.Input, Cost: CostOf(n, mask)}
	for i, cost := range layerCosts(n, mask) {
		node := n.Nodes[i]
		s.Layers = append(s.Layers, LayerSummary{Name: node.Name, Kind: node.Layer.Kind(), Output: node.Shape, Cost: cost})
	}
	weights := make(map[string][]int, len(s.Layers))
	for _, p := range n.Prunable() {
		weights[p.Layer] = p.Shape
	}
	for i := range s.Layers {
		s.Layers[i].Weight = weights[s.Layers[i].Name]
	}
	return s
}

// WriteTable writes the summary as a table with a line a layer and the totals
// below. Columns for what lives are there when a mask has pruned something.
func (s Summary) WriteTable(w io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%s, input %s\n\n", s.Name, s.Input)
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, row := range s.rows() {
		fmt.Fprintln(table, strings.Join(row, "\t"))
	}
	// Writing to a strings.Builder does not fail.
	_ = table.Flush()
	fmt.Fprintf(&text, "\npeak activations %s bytes at inference, %s bytes kept for training, for one image\n",
		numerals.Count(s.PeakActivations), numerals.Count(s.Activations))
	if _, err := io.WriteString(w, text.String()); err != nil {
		return fmt.Errorf("write the table of network %s: %w", s.Name, err)
	}
	return nil
}

// rows are the table's cells, numbers aligned to the right.
func (s Summary) rows() [][]string {
	rows := [][]string{{"layer", "kind", "weight", "output"}}
	numbers := [][]string{{"parameters", "MACs", "live", "live MACs"}}
	for _, l := range s.Layers {
		rows = append(rows, []string{l.Name, string(l.Kind), joinedSides(l.Weight), l.Output.String()})
		numbers = append(numbers, l.Cost.cells())
	}
	rows = append(rows, []string{"total", "", "", ""})
	numbers = append(numbers, s.Cost.cells())
	shown := 2
	if s.LiveParameters != s.Parameters {
		shown = 4
	}
	for column := range shown {
		width := 0
		for _, row := range numbers {
			width = max(width, len(row[column]))
		}
		for i, row := range numbers {
			rows[i] = append(rows[i], fmt.Sprintf("%*s", width, row[column]))
		}
	}
	return rows
}

// cells are the columns of numbers.
func (c Cost) cells() []string {
	return []string{numerals.Count(c.Parameters), numerals.Count(c.MACs), numerals.Count(c.LiveParameters), numerals.Count(c.LiveMACs)}
}

// joinedSides writes a weight's shape as in "3x3x16x32".
func joinedSides(sides []int) string {
	words := make([]string, len(sides))
	for i, side := range sides {
		words[i] = strconv.Itoa(side)
	}
	return strings.Join(words, "x")
}
