package experiments_test

import (
	"maps"
	"math"
	"strings"
	"testing"

	"espalier/experiments"
)

// row is a row that lacks nothing.
func row(method string, seed, level int, metrics experiments.Metrics) experiments.Row {
	d := desc(method, seed)
	return experiments.Row{
		Cell: d.Digest(), Desc: d, Measurement: experiments.Measurement{Level: level, Metrics: metrics},
		Provenance: experiments.Provenance{
			Source: experiments.Source{Commit: "0123456789abcdef", Clean: true},
			Go:     "go1.26.5", Backend: "go", BackendVersion: "github.com/gomlx/compute@v0.1.6",
			Processor:   experiments.Processor{Model: "Some Processor", Cores: 2, Features: []string{"amd64", "avx2"}},
			DataDigests: map[string]string{"digits/train": strings.Repeat("ab", 32)}, WallSeconds: 1.5, Processes: 1,
		},
	}
}

// A row that lacks any of its parts is refused, by name.
func TestRowsThatLackAnythingAreRefused(t *testing.T) {
	metrics := experiments.Metrics{experiments.Remaining: 1}
	if err := row("tickets", 1, 0, metrics).Validate(); err != nil {
		t.Fatalf("a whole row was refused: %v", err)
	}
	for lacks, remove := range map[string]func(*experiments.Row){
		"the experiment":                func(r *experiments.Row) { r.Experiment = ""; r.Cell = r.Digest() },
		"the scale":                     func(r *experiments.Row) { r.Scale = ""; r.Cell = r.Digest() },
		"the data,":                     func(r *experiments.Row) { r.Data = "" },
		"the network":                   func(r *experiments.Row) { r.Network = ""; r.Cell = r.Digest() },
		"the method":                    func(r *experiments.Row) { r.Method = ""; r.Cell = r.Digest() },
		"its description's digest":      func(r *experiments.Row) { r.Cell = "" },
		"a level":                       func(r *experiments.Row) { r.Level = -1 },
		"metrics":                       func(r *experiments.Row) { r.Metrics = nil },
		"the commit":                    func(r *experiments.Row) { r.Provenance.Commit = "" },
		"what differs from the commit":  func(r *experiments.Row) { r.Provenance.Clean = false },
		"the Go version":                func(r *experiments.Row) { r.Provenance.Go = "" },
		"the backend":                   func(r *experiments.Row) { r.Provenance.Backend = "" },
		"the backend's version":         func(r *experiments.Row) { r.Provenance.BackendVersion = "" },
		"the processor's model":         func(r *experiments.Row) { r.Provenance.Processor.Model = "" },
		"the number of cores":           func(r *experiments.Row) { r.Provenance.Processor.Cores = 0 },
		"the processor's features":      func(r *experiments.Row) { r.Provenance.Processor.Features = nil },
		"the data digests":              func(r *experiments.Row) { r.Provenance.DataDigests = nil },
		`a SHA-256 for the data "cora"`: func(r *experiments.Row) { r.Provenance.DataDigests = map[string]string{"cora": "12"} },
		"the wall time":                 func(r *experiments.Row) { r.Provenance.WallSeconds = 0 },
		"the number of processes":       func(r *experiments.Row) { r.Provenance.Processes = 0 },
	} {
		r := row("tickets", 1, 0, maps.Clone(metrics))
		remove(&r)
		if err := r.Validate(); err == nil || !strings.Contains(err.Error(), lacks) || strings.Contains(err.Error(), "\n") {
			t.Errorf("lacks %s: error %v", lacks, err)
		}
	}
}

func TestThisProgramKnowsWhereItComesFrom(t *testing.T) {
	source := experiments.BuiltFrom()
	if source.Commit == "" || !source.Clean && source.Difference == "" {
		t.Errorf("built from %+v", source)
	}
	if p := experiments.ThisProcessor(); p.Model == "" || p.Cores < 1 || len(p.Features) == 0 {
		t.Errorf("processor %+v", p)
	}
}

func TestNumbersThatJSONDoesNotHave(t *testing.T) {
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		text, err := experiments.Number(x).MarshalJSON()
		if err != nil || string(text) != "null" {
			t.Errorf("%v is written %s, %v", x, text, err)
		}
	}
	var n experiments.Number
	if err := n.UnmarshalJSON([]byte("null")); err != nil || !math.IsNaN(float64(n)) {
		t.Errorf("null is read as %v, %v", n, err)
	}
	for _, x := range []float64{0, -1.5, 1e-300, 0.1} {
		text, err := experiments.Number(x).MarshalJSON()
		if err != nil || n.UnmarshalJSON(text) != nil || float64(n) != x {
			t.Errorf("%v comes back as %v", x, n)
		}
	}
}
