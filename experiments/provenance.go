package experiments

import (
	"errors"
	"fmt"
	"math"
	"os"
	"regexp"
	"runtime"
	"strings"
)

// Provenance says where a result comes from.
type Provenance struct {
	Source
	Go string `json:"go"`
	// GoExperiment is GOEXPERIMENT, which can change how arithmetic is compiled.
	GoExperiment   string    `json:"goexperiment,omitempty"`
	Backend        string    `json:"backend"`
	BackendVersion string    `json:"backend_version"`
	Processor      Processor `json:"processor"`
	// DataDigests are those of the image sets that were read, by name.
	DataDigests map[string]string `json:"data_digests"`
	// WallSeconds is how long the cell took, over all the processes that worked
	// on it; what a killed process had done since it last told is not in it.
	WallSeconds float64 `json:"wall_seconds"`
	// Processes is how many worked on the cell, one after another.
	Processes int `json:"processes"`
}

// hereAndNow is the part of a provenance that is the same for all cells of a
// process.
func hereAndNow(backend, version string) Provenance {
	return Provenance{
		Source:         BuiltFrom(),
		Go:             runtime.Version(),
		GoExperiment:   os.Getenv("GOEXPERIMENT"),
		Backend:        backend,
		BackendVersion: version,
		Processor:      ThisProcessor(),
	}
}

var sha256Text = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Validate reports everything that a provenance lacks.
func (p Provenance) Validate() error {
	var lacks []error
	need := func(has bool, what string) {
		if !has {
			lacks = append(lacks, errors.New(what))
		}
	}
	need(p.Commit != "", "the commit")
	need(p.Clean || p.Difference != "", "what differs from the commit")
	need(strings.HasPrefix(p.Go, "go") || strings.HasPrefix(p.Go, "devel"), "the Go version")
	need(p.Backend != "", "the backend")
	need(p.BackendVersion != "", "the backend's version")
	need(p.Processor.Model != "", "the processor's model")
	need(p.Processor.Cores > 0, "the number of cores")
	need(len(p.Processor.Features) > 0, "the processor's features")
	need(len(p.DataDigests) > 0, "the data digests")
	for name, digest := range p.DataDigests {
		need(name != "" && sha256Text.MatchString(digest), fmt.Sprintf("a SHA-256 for the data %q", name))
	}
	need(p.WallSeconds > 0 && !math.IsInf(p.WallSeconds, 0), "the wall time")
	need(p.Processes > 0, "the number of processes")
	return errors.Join(lacks...)
}
