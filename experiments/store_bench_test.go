package experiments

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"espalier/cgp"
	"espalier/data"
	"espalier/gnn"
	"espalier/prune"
	"espalier/seed"
)

// BenchmarkSelect reads a store with 50,000 finished cells of an experiment, as its
// tables do.
func BenchmarkSelect(b *testing.B) {
	const cells = 50_000
	store, metrics := OpenStore(b.TempDir()), jointMetrics(b)
	for i := range cells {
		writeFinished(b, store, metrics, Desc{
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

// jointMetrics are all that a cell of cgp/cosparsify measures at a level.
func jointMetrics(b *testing.B) Metrics {
	b.Helper()
	g, err := data.OpenGraph(b.Context(), "cora", "")
	if err != nil {
		b.Fatal(err)
	}
	network, err := cgp.Backbone("gcn")
	if err != nil {
		b.Fatal(err)
	}
	scores := cgp.Scores{Validation: gnn.Score{Loss: .91375, Accuracy: .752}, Test: gnn.Score{Loss: .90625, Accuracy: .747}}
	metrics := pruningMetrics(g, network, prune.OnesOf(nil), scores)
	metrics[Remaining], metrics[chosenEpoch] = .1, 137
	return metrics
}

// writeFinished puts the files of a finished cell where a store has them, without
// waiting for the disk.
func writeFinished(b *testing.B, store *Store, metrics Metrics, d Desc) {
	b.Helper()
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
