package experiments

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"espalier/seed"
)

// BenchmarkSelect reads a store with 50,000 finished cells of an experiment, as its
// tables do.
func BenchmarkSelect(b *testing.B) {
	const cells = 50_000
	store := OpenStore(b.TempDir())
	for i := range cells {
		writeFinished(b, store, Desc{
			Experiment: "cgp/cosparsify", Scale: Bench, Data: "cora", Network: "gcn", Method: "joint", Seed: seed.Seed(i),
			Options: map[string]string{"weights": "0.1", "edges": "0.5", "end": strconv.Itoa(50 + i%100)},
		})
	}
	for b.Loop() {
		results, err := store.Select(Selection{Experiment: "cgp/cosparsify", Set: map[string]string{"rate": "0.1"}})
		if err != nil || len(results) != cells {
			b.Fatalf("%d results, %v", len(results), err)
		}
	}
}

// writeFinished puts the files of a finished cell where a store has them, without
// waiting for the disk.
func writeFinished(b *testing.B, store *Store, d Desc) {
	b.Helper()
	metrics := Metrics{TestAccuracy: .75, TestLoss: .9, edgesLeft: .5, featuresLeft: 1, weightsLeft: .1, homophily: .8, isolated: 100}
	provenance := hereAndNow("cpu", "espalier")
	provenance.DataDigests = map[string]string{"cora": strings.Repeat("0", 64)}
	provenance.WallSeconds, provenance.Processes = 2, 1
	folder := store.CellFolder(d)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		b.Fatal(err)
	}
	for file, value := range map[string]any{
		descFile:       d,
		resultFile:     storedResult{Cell: d.Digest(), Measurements: []Measurement{{Level: 0, Metrics: metrics}}},
		provenanceFile: provenance,
	} {
		content, err := json.MarshalIndent(value, "", "  ")
		if err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, file), content, 0o644); err != nil {
			b.Fatal(err)
		}
	}
}
