package experiments

import (
	"errors"
	"fmt"
	"strings"
)

// Row is one measurement of one cell with its whole provenance.
type Row struct {
	// Cell is the digest of Desc.
	Cell string `json:"cell"`
	Desc
	Measurement
	Provenance Provenance `json:"provenance"`
}

// Validate reports in one line everything that a row lacks: no result without it
// is stored, and none is shown.
func (r Row) Validate() error {
	var lacks []error
	for _, field := range []struct{ name, value string }{
		{"the experiment", r.Experiment}, {"the scale", string(r.Scale)}, {"the data", r.Data},
		{"the network", r.Network}, {"the method", r.Method},
	} {
		if field.value == "" {
			lacks = append(lacks, errors.New(field.name))
		}
	}
	if r.Cell != r.Digest() {
		lacks = append(lacks, errors.New("its description's digest"))
	}
	if r.Level < 0 {
		lacks = append(lacks, errors.New("a level"))
	}
	if len(r.Metrics) == 0 {
		lacks = append(lacks, errors.New("metrics"))
	}
	if err := errors.Join(append(lacks, r.Provenance.Validate())...); err != nil {
		return fmt.Errorf("row of %s, level %d, lacks %s", r.Desc, r.Level, strings.ReplaceAll(err.Error(), "\n", ", "))
	}
	return nil
}
