package experiments

import (
	"espalier/cgp"
	"espalier/internal/durable"
)

// OpenStoreOn is OpenStore on another file system, which can fail.
func OpenStoreOn(files durable.FS, folder string) *Store { return &Store{folder: folder, files: files} }

// WithOptions is withOptions.
func (d Desc) WithOptions(options any) (Desc, error) { return d.withOptions(options) }

// Measured is measured.
func (p Published) Measured(summaries []Summary) float64 { return p.measured(summaries) }

// Prunings are the options of a method at each of its levels.
func (o *Cosparsify) Prunings(method string) []cgp.Options {
	var prunings []cgp.Options
	for _, level := range o.levels(method) {
		prunings = append(prunings, o.options(method, level.left))
	}
	return prunings
}

// PruningMetrics is pruningMetrics.
var PruningMetrics = pruningMetrics
