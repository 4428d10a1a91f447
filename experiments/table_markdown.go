package experiments

import (
	"io"
	"strings"
	"unicode/utf8"
)

// writeMarkdown writes each table under a heading, then the published statements,
// then notes. Columns are padded, so that the source is a table for the eye too.
func writeMarkdown(w io.Writer, tables []Table) error {
	for i, t := range tables {
		if i > 0 {
			if err := writeAll(w, "\n"); err != nil {
				return err
			}
		}
		if err := writeAll(w, t.Markdown()); err != nil {
			return err
		}
	}
	return nil
}

// Markdown is the table in Markdown, as GitHub and Jupyter show it.
func (t Table) Markdown() string {
	var out strings.Builder
	out.WriteString("### " + t.Title + "\n\n")
	out.WriteString(markdownTable(t.header(), t.alignments(), t.cells(" ± ")))
	if statements := t.statements(); len(statements) > 0 {
		out.WriteString("\n" + markdownTable(statementHeader, []string{"l", "r", "r", "l"}, statements))
	}
	out.WriteString("\n" + strings.Join(t.notes(), " ") + "\n")
	return out.String()
}

func markdownTable(header, aligned []string, rows [][]string) string {
	widths := make([]int, len(header))
	for _, row := range append([][]string{header}, rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(escapeMarkdown(cell)), 3)
		}
	}
	var out strings.Builder
	line := func(cells []string) {
		for i, cell := range cells {
			cell = escapeMarkdown(cell)
			padding := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if aligned[i] == "r" {
				out.WriteString("| " + padding + cell + " ")
			} else {
				out.WriteString("| " + cell + padding + " ")
			}
		}
		out.WriteString("|\n")
	}
	line(header)
	for i, width := range widths {
		if aligned[i] == "r" {
			out.WriteString("|" + strings.Repeat("-", width+1) + ":")
		} else {
			out.WriteString("|" + strings.Repeat("-", width+2))
		}
	}
	out.WriteString("|\n")
	for _, row := range rows {
		line(row)
	}
	return out.String()
}

func escapeMarkdown(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
