package data

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// WriteGraphML writes a graph as GraphML, which Gephi, yEd, igraph and NetworkX
// read: the nodes with their labels, and the part that each has in the splits; the
// edges of an undirected graph once. Features are left out.
//
// Source: U. Brandes, M. Eiglsperger, J. Lerner and C. Pich, "Graph Markup Language
// (GraphML)", 2013; http://graphml.graphdrawing.org/.
func (g *Graph) WriteGraphML(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprint(out, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<graphml xmlns="http://graphml.graphdrawing.org/xmlns">`+"\n")
	if g.Classes() > 0 {
		fmt.Fprint(out, `  <key id="label" for="node" attr.name="label" attr.type="int"/>`+"\n")
	}
	for i, s := range g.content.Splits {
		fmt.Fprintf(out, `  <key id="split%d" for="node" attr.name="split %s" attr.type="string"/>`+"\n", i, xmlEscaped(s.Name))
	}
	direction := "directed"
	if g.Undirected() {
		direction = "undirected"
	}
	fmt.Fprintf(out, "  <graph id=\"%s\" edgedefault=\"%s\">\n", xmlEscaped(g.Name()), direction)
	g.writeNodes(out)
	for _, e := range g.Edges() {
		if direction == "undirected" && e.From > e.To {
			continue
		}
		fmt.Fprintf(out, "    <edge source=\"n%d\" target=\"n%d\"/>\n", e.From, e.To)
	}
	fmt.Fprint(out, "  </graph>\n</graphml>\n")
	return out.Flush() // which has the error of any write before
}

func (g *Graph) writeNodes(out io.Writer) {
	parts := make([][]string, len(g.content.Splits))
	for i, s := range g.content.Splits {
		parts[i] = make([]string, g.Nodes())
		for name, part := range map[string][]int32{"train": s.Train, "validation": s.Validation, "test": s.Test} {
			for _, node := range part {
				parts[i][node] = name
			}
		}
	}
	for node := range g.Nodes() {
		fmt.Fprintf(out, "    <node id=\"n%d\">", node)
		if g.Classes() > 0 {
			fmt.Fprintf(out, `<data key="label">%d</data>`, g.Label(node))
		}
		for i := range parts {
			if part := parts[i][node]; part != "" {
				fmt.Fprintf(out, `<data key="split%d">%s</data>`, i, part)
			}
		}
		fmt.Fprint(out, "</node>\n")
	}
}

// xmlEscaped is a text as it may stand in an attribute.
func xmlEscaped(text string) string {
	var escaped strings.Builder
	// A Builder accepts whatever is written to it.
	_ = xml.EscapeText(&escaped, []byte(text))
	return escaped.String()
}
