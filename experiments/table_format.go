package experiments

import (
	"fmt"
	"io"
	"strings"
)

// formats write tables, by the name of the format.
var formats = map[string]func(io.Writer, []Table) error{
	"md": writeMarkdown, "csv": writeCSV, "json": writeJSON, "tex": writeTeX,
}

// WriteTables writes tables in a format: md, csv, json or tex.
func WriteTables(w io.Writer, tables []Table, format string) error {
	write, ok := formats[format]
	if !ok {
		return &UsageError{fmt.Sprintf("no format is called %q: there are md, csv, json, tex", format)}
	}
	return write(w, tables)
}

// statementHeader are the titles of the columns of Table.statements.
var statementHeader = []string{"statement", "published", "measured", "source"}

// textColumns is how many of a table's first columns are text, aligned left.
const textColumns = 2

// alignments are "l" or "r" for each column.
func alignments(columns, text int) []string {
	aligned := make([]string, columns)
	for i := range aligned {
		aligned[i] = "r"
		if i < text {
			aligned[i] = "l"
		}
	}
	return aligned
}

// writeAll writes strings and returns the first error.
func writeAll(w io.Writer, parts ...string) error {
	_, err := io.WriteString(w, strings.Join(parts, ""))
	return err
}
