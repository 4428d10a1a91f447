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

// writeAll writes strings and returns the first error.
func writeAll(w io.Writer, parts ...string) error {
	_, err := io.WriteString(w, strings.Join(parts, ""))
	return err
}
