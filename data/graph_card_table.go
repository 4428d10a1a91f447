package data

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
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
	add("nodes", "%s", grouped(c.Nodes))
	add("edges", "%s undirected, %s directed entries", grouped(c.Edges), grouped(c.Entries))
	add("as stored", "%s entries, %s of them duplicates; %s nodes with loops", grouped(c.Stored.Entries), grouped(c.Stored.Duplicates), grouped(c.Stored.Loops))
	add("here", "%s duplicates, %s loops, %s", grouped(c.Duplicates), grouped(c.Loops), direction(c.Undirected))
	add("density", "%.3g", c.Density)
	add("degrees", "mean %.2f, median %d, greatest %s", c.Degrees.Mean, c.Degrees.Median, grouped(c.Degrees.Greatest))
	add("", "%s", degreeHistogram(c.Degrees.Histogram))
	add("isolated", "%s nodes", grouped(c.Isolated))
	add("components", "%s, the largest of %s nodes and %s edges", grouped(c.Components), grouped(c.Largest.Nodes), grouped(c.Largest.Edges))
	if c.Features > 0 {
		add("features", "%s, of which %.2f %% are not 0 (%s), kept %s", grouped(c.Features),
			100*float64(c.NonZeros)/float64(c.Features)/float64(max(1, c.Nodes)), grouped(c.NonZeros), kept(c.Sparse))
	}
	if len(c.ClassCounts) > 0 {
		add("classes", "%d: %s nodes", len(c.ClassCounts), groupedAll(c.ClassCounts))
	}
	if c.Homophily != nil && c.NodeHomophily != nil {
		add("homophily", "%.4f of the edges, %.4f mean over the nodes", *c.Homophily, *c.NodeHomophily)
	}
	for _, s := range c.Splits {
		add("split "+s.Name, "%s training, %s validation, %s test; training by class %s", grouped(s.Train), grouped(s.Validation), grouped(s.Test), groupedAll(s.Classes))
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
		texts = append(texts, grouped(n))
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
		name := grouped(low)
		if high > low {
			name += "–" + grouped(high)
		}
		texts = append(texts, name+": "+grouped(n))
	}
	return strings.Join(texts, ", ")
}

// grouped writes a count with commas between thousands.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
