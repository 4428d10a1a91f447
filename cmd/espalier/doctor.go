package main

import (
	"fmt"

	"espalier/cmd/espalier/internal/doctor"
)

type doctorCommand struct{}

// Run prints what is installed. What is missing is no failure: nothing needs all.
func (doctorCommand) Run(t *terminal) error {
	findings := doctor.Examine(t, doctor.Options{
		Backend: t.Backend, Data: t.DataFolder, Runs: t.Runs,
	})
	if t.JSON {
		return printJSON(t.out, findings...)
	}
	var rows []string
	for _, f := range findings {
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s", f.Mark(), f.Subject, f.Found))
		if f.Advice != "" {
			rows = append(rows, "\t\t→ "+f.Advice)
		}
	}
	return printColumns(t.out, rows...)
}
