package experiments

import (
	"io"
	"strings"
)

// tableFormats write tables, in the order in which they are listed.
var tableFormats = []struct {
	name  string
	write func(io.Writer, []Table) error
}{
	{"md", writeMarkdown}, {"csv", writeCSV}, {"json", writeJSON}, {"tex", writeTeX},
}

// TableFormats lists the formats of WriteTables.
func TableFormats() []string {
	names := make([]string, len(tableFormats))
	for i, format := range tableFormats {
		names[i] = format.name
	}
	return names
}

// WriteTables writes tables in one of the TableFormats.
func WriteTables(w io.Writer, tables []Table, format string) error {
	for _, f := range tableFormats {
		if f.name == format {
			return f.write(w, tables)
		}
	}
	return unknown("format", format, TableFormats())
}

// statementHeader are the titles of the columns of Table.statements.
var statementHeader = []string{"statement", "published", "measured", "source"}

// writeAll writes strings and returns the first error.
func writeAll(w io.Writer, parts ...string) error {
	_, err := io.WriteString(w, strings.Join(parts, ""))
	return err
}
