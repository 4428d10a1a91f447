package data

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"espalier/internal/numerals"
)

// WriteTable writes the card for people, a line for each of its facts.
func (c Card) WriteTable(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range c.rows() {
		fmt.Fprintln(table, row)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write the card of graph %s: %w", c.Name, err)
	}
	return nil
}

// rows are the table's lines, their cells with tabs between.
func (c Card) rows() []string {
	var rows []string
	add := func(name, format string, values ...any) {
		rows = append(rows, name+"\t"+fmt.Sprintf(format, values...))
	}
	add("graph", "%s", strings.TrimSuffix(c.Name+": "+c.Title, ": "))
	add("nodes", "%s", numerals.Count(c.Nodes))
	add("edges", "%s undirected, %s directed entries", numerals.Count(c.Edges), numerals.Count(c.Entries))
	add("as stored", "%s entries, %s of them duplicates; %s nodes with loops", numerals.Count(c.Stored.Entries), numerals.Count(c.Stored.Duplicates), numerals.Count(c.Stored.Loops))
	add("here", "%s duplicates, %s loops, %s", numerals.Count(c.Duplicates), numerals.Count(c.Loops), direction(c.Undirected))
	add("density", "%.3g", c.Density)
	add("degrees", "mean %.2f, median %d, greatest %s", c.Degrees.Mean, c.Degrees.Median, numerals.Count(c.Degrees.Greatest))
	add("", "%s", degreeHistogram(c.Degrees.Histogram))
	add("isolated", "%s nodes", numerals.Count(c.Isolated))
	add("components", "%s, the largest of %s nodes and %s edges", numerals.Count(c.Components), numerals.Count(c.Largest.Nodes), numerals.Count(c.Largest.Edges))
	if c.Features > 0 {
		add("features", "%s, of which %.2f %% are not 0 (%s), kept %s", numerals.Count(c.Features),
			100*float64(c.NonZeros)/float64(c.Features)/float64(max(1, c.Nodes)), numerals.Count(c.NonZeros), kept(c.Sparse))
	}
	if len(c.ClassCounts) > 0 {
		add("classes", "%d: %s nodes", len(c.ClassCounts), groupedAll(c.ClassCounts))
	}
	if c.Homophily != nil && c.NodeHomophily != nil {
		add("homophily", "%.4f of the edges, %.4f mean over the nodes", *c.Homophily, *c.NodeHomophily)
	}
	for _, s := range c.Splits {
		add("split "+s.Name, "%s training, %s validation, %s test; training by class %s", numerals.Count(s.Train), numerals.Count(s.Validation), numerals.Count(s.Test), groupedAll(s.Classes))
	}
	for i, remark := range c.Remarks {
		add([]string{"remarks", ""}[min(i, 1)], "%s", remark)
	}
	if c.Home != "" {
		add("licence", "%s", c.Licence)
		add("home", "%s", c.Home)
		add("citation", "%s", c.Citation)
	}
	add("digest", "%s", c.Digest)
	return rows
}

func direction(undirected bool) string {
	if undirected {
		return "undirected"
	}
	return "directed"
}

func kept(sparse bool) string {
	if sparse {
		return "sparse"
	}
	return "dense"
}

func groupedAll(numbers []int) string {
	var texts []string
	for _, n := range numbers {
		texts = append(texts, numerals.Count(n))
	}
	return strings.Join(texts, " ")
}

// degreeHistogram writes how many nodes have 0 neighbours, 1, 2–3, 4–7 and so on.
func degreeHistogram(buckets []int) string {
	var texts []string
	for i, n := range buckets {
		low, high := 0, 0
		if i > 0 {
			low, high = 1<<(i-1), 1<<i-1
		}
		name := numerals.Count(low)
		if high > low {
			name += "–" + numerals.Count(high)
		}
		texts = append(texts, name+": "+numerals.Count(n))
	}
	return strings.Join(texts, ", ")
}
