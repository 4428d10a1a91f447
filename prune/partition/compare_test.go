package partition_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"espalier/prune"
	"espalier/prune/partition"
)

// compared is one line of what tools/partition/compare.py reads.
type compared struct {
	Name      string    `json:"name"`
	Vertices  int       `json:"vertices"`
	Edges     [][]int32 `json:"edges"`
	Parts     int       `json:"parts"`
	Imbalance float64   `json:"imbalance"`
	Cut       int       `json:"cut"`
	Largest   int       `json:"largest"`
	Seconds   float64   `json:"seconds"`
}

// TestWriteComparison divides the layers of masks and writes hypergraphs and cuts for
// tools/partition/compare.py, which runs it.
func TestWriteComparison(t *testing.T) {
	folder := os.Getenv("ESPALIER_PARTITION_COMPARISON")
	if folder == "" {
		t.Skip("tools/partition/compare.py runs this: it needs a folder to write to, ESPALIER_PARTITION_COMPARISON")
	}
	file, err := os.Create(filepath.Join(folder, "comparison.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	encoder := json.NewEncoder(file)
	for name, h := range comparisons(t, folder) {
		for _, imbalance := range []float64{0.03, 0.1, 0.728} {
			start := time.Now()
			parts := divide(t, h, partition.Options{Parts: 8, Imbalance: imbalance})
			line := compared{
				Name: name, Vertices: h.Vertices, Edges: h.Edges, Parts: 8, Imbalance: imbalance,
				Cut: partition.Cut(h, parts), Seconds: time.Since(start).Seconds(),
			}
			for _, size := range sizes(parts, 8) {
				line.Largest = max(line.Largest, size)
			}
			if err := encoder.Encode(line); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// comparisons are random masks, and the layers of the mask files in a folder and below.
func comparisons(t *testing.T, folder string) map[string]partition.Hypergraph {
	all := make(map[string]partition.Hypergraph)
	for _, density := range []float64{0.05, 0.2} {
		for _, spread := range []float64{0, 1} {
			name := fmt.Sprintf("random 256×1152, density %v, spread %v", density, spread)
			all[name] = rows(randomMask(256, 1152, density, spread, rand.New(rand.NewPCG(1, 2))))
		}
	}
	for _, stray := range []float64{0.05, 0.15, 0.3} {
		name := fmt.Sprintf("planted, 8 groups of 64, 4 pins, %v astray", stray)
		all[name] = planted(8, 64, 3000, 4, stray, rand.New(rand.NewPCG(1, 2)))
	}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != "mask" {
			return err
		}
		form, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		mask, err := prune.ParseMask(form)
		if err != nil {
			return err
		}
		for _, name := range mask.Names() {
			if strings.Contains(name, "fc") || mask.DensityOf(name) > 0.67 {
				continue
			}
			shape := mask.Shape(name)
			out := shape[len(shape)-1]
			if out < 64 {
				continue
			}
			matrix := make([][]bool, out)
			for i := range matrix {
				matrix[i] = make([]bool, mask.SizeOf(name)/out)
			}
			for i := range mask.Live(name) {
				matrix[i%out][i/out] = true
			}
			all[filepath.Base(filepath.Dir(path))+" "+name] = rows(matrix)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
