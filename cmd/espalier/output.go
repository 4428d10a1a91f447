package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"espalier/internal/numerals"
)

// printJSON writes values as JSON, one a line.
func printJSON[T any](w io.Writer, values ...T) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, value := range values {
		if err := encoder.Encode(value); err != nil {
			return err
		}
	}
	return nil
}

// printColumns writes rows whose cells are separated by tabs in aligned columns.
func printColumns(w io.Writer, rows ...string) error {
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		if _, err := fmt.Fprintln(columns, row); err != nil {
			return err
		}
	}
	return columns.Flush()
}

// duration writes minutes for people.
func duration(minutes float64) string {
	switch {
	case minutes < 1:
		return fmt.Sprintf("%.0f s", max(1, 60*minutes))
	case minutes < 90:
		return fmt.Sprintf("%.0f min", minutes)
	default:
		return numerals.Fixed(minutes/60, 0) + " h"
	}
}

// wrapped breaks text into lines of at most width letters, each with an indent.
func wrapped(text, indent string, width int) string {
	var out strings.Builder
	line := indent
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > width && line != indent {
			out.WriteString(line + "\n")
			line = indent
		}
		if line != indent {
			line += " "
		}
		line += word
	}
	return out.String() + line + "\n"
}
