package sparse

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteTable writes which path the program takes, with the times that were measured
// for the choice, and for Sparse the form of each layer.
func (p *Program) WriteTable(w io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "path %s, batch %d; of %d multiply-accumulates an image %d live\n", p.path, p.batch, p.cost.MACs, p.cost.LiveMACs)
	for _, path := range paths {
		if took, ok := p.times[path]; ok {
			fmt.Fprintf(&text, "%s: %.3f ms a batch\n", path, took.Seconds()*1e3)
		}
	}
	if s, ok := p.engine.(*stencils); ok {
		s.writeTable(&text)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func (s *stencils) writeTable(text *strings.Builder) {
	table := tabwriter.NewWriter(text, 0, 0, 2, ' ', 0)
	for _, l := range s.layers {
		kinds := make([]string, len(l.kinds))
		for i, kind := range l.kinds {
			kinds[i] = string(kind)
		}
		fmt.Fprintf(table, "%s\t%s\t%d rows\t%d weights\t%s\n", l.name, strings.Join(kinds, " + "), len(l.rows), l.taps(), l.form)
	}
	// Writing to a strings.Builder does not fail.
	_ = table.Flush()
}
