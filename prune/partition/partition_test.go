package partition_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/quick"

	"espalier/prune/partition"
)

// rows is the hypergraph of a mask: its rows are vertices, its columns edges.
func rows(mask [][]bool) partition.Hypergraph {
	h := partition.Hypergraph{Vertices: len(mask)}
	for j := range mask[0] {
		var edge []int32
		for i := range mask {
			if mask[i][j] {
				edge = append(edge, int32(i))
			}
		}
		if len(edge) > 0 {
			h.Edges = append(h.Edges, edge)
		}
	}
	return h
}

// randomMask has entries that live with a probability, which differs from column to
// column where spread is above 0.
func randomMask(rows, columns int, density, spread float64, random *rand.Rand) [][]bool {
	mask := make([][]bool, rows)
	for i := range mask {
		mask[i] = make([]bool, columns)
	}
	for j := range columns {
		p := density * math.Exp(spread*random.NormFloat64()-spread*spread/2)
		for i := range rows {
			mask[i][j] = random.Float64() < p
		}
	}
	return mask
}

func divide(t testing.TB, h partition.Hypergraph, o partition.Options) []int {
	t.Helper()
	parts, err := partition.Partition(t.Context(), h, o)
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

func sizes(parts []int, count int) []int {
	all := make([]int, count)
	for _, p := range parts {
		all[p]++
	}
	return all
}

// planted has groups of rows; all but a share of its columns lie in one group.
func planted(groups, size, columns, pins int, stray float64, random *rand.Rand) partition.Hypergraph {
	h := partition.Hypergraph{Vertices: groups * size}
	names := random.Perm(h.Vertices)
	for range columns {
		group, edge := random.IntN(groups), make(map[int]bool)
		for len(edge) < pins {
			v := group*size + random.IntN(size)
			if random.Float64() < stray {
				v = random.IntN(h.Vertices)
			}
			edge[names[v]] = true
		}
		var list []int32
		for v := range edge {
			list = append(list, int32(v))
		}
		slices.Sort(list)
		h.Edges = append(h.Edges, list)
	}
	return h
}

func TestPlantedGroupsAreFound(t *testing.T) {
	for _, groups := range []int{2, 3, 8} {
		h := planted(groups, 40, 1500, 5, 0, rand.New(rand.NewPCG(3, uint64(groups))))
		parts := divide(t, h, partition.Options{Parts: groups, Imbalance: 0.03})
		if cut := partition.Cut(h, parts); cut != 0 {
			t.Errorf("%d groups without an edge between them: %d edges are cut", groups, cut)
		}
	}
}

// On graphs so small that every division can be tried, the cut is the least there is.
func TestSmallestCuts(t *testing.T) {
	for s := range uint64(20) {
		random := rand.New(rand.NewPCG(s, 5))
		h := rows(randomMask(12, 15, 0.25, 0.5, random))
		parts := divide(t, h, partition.Options{Parts: 2, Side: 0.6})
		if got, want := partition.Cut(h, parts), leastCut(h, 7); got != want {
			t.Errorf("hypergraph %d: %d edges are cut, %d have to be", s, got, want)
		}
	}
}

// leastCut tries every division in two sides of at most so many vertices.
func leastCut(h partition.Hypergraph, largest int) int {
	least := len(h.Edges)
	parts := make([]int, h.Vertices)
	for bits := range 1 << (h.Vertices - 1) {
		for v := range parts {
			parts[v] = bits >> v & 1
		}
		if sizes := sizes(parts, 2); max(sizes[0], sizes[1]) <= largest {
			least = min(least, partition.Cut(h, parts))
		}
	}
	return least
}

// However large the imbalance, it allows what no balance forbids.
func TestAnyImbalance(t *testing.T) {
	h := partition.Hypergraph{Vertices: 40}
	for v := range int32(39) {
		if v != 9 { // paths of 10 and of 30 vertices
			h.Edges = append(h.Edges, []int32{v, v + 1})
		}
	}
	for _, imbalance := range []float64{0.5, 100, 1e300} {
		if cut := partition.Cut(h, divide(t, h, partition.Options{Parts: 2, Imbalance: imbalance})); cut != 0 {
			t.Errorf("imbalance %v: %d edges are cut, none has to be", imbalance, cut)
		}
	}
}

// Whatever the hypergraph, every vertex has a part, none is too large, and a second
// call says the same.
func TestBalance(t *testing.T) {
	property := func(s uint64, vertices, edges, parts uint8, percent uint8) bool {
		random := rand.New(rand.NewPCG(s, 7))
		h := partition.Hypergraph{Vertices: int(vertices)}
		for range edges {
			if vertices > 0 {
				edge := random.Perm(int(vertices))[:random.IntN(min(int(vertices), 9)+1)]
				h.Edges = append(h.Edges, make([]int32, len(edge)))
				for i, v := range edge {
					h.Edges[len(h.Edges)-1][i] = int32(v)
				}
			}
		}
		o := partition.Options{Parts: int(parts)%11 + 1, Imbalance: float64(percent%60+1) / 100, Starts: 2}
		found := divide(t, h, o)
		even := (h.Vertices + o.Parts - 1) / o.Parts
		for _, size := range sizes(found, o.Parts) {
			if float64(size) > (1+o.Imbalance)*float64(even)+1e-6 {
				t.Logf("%d of %d vertices in one of %d parts, imbalance %v", size, h.Vertices, o.Parts, o.Imbalance)
				return false
			}
		}
		return slices.Equal(found, divide(t, h, o))
	}
	count := 60
	if testing.Short() {
		count = 10 // the others take seconds
	}
	if err := quick.Check(property, &quick.Config{MaxCount: count}); err != nil {
		t.Error(err)
	}
}

// Side bounds each of three bisections as hMETIS's UBfactor does: with 0.6 a part has
// at most 0.6³ of the vertices and, since no side has less than 0.4, at least 0.4³.
func TestSides(t *testing.T) {
	h := rows(randomMask(250, 600, 0.03, 1, rand.New(rand.NewPCG(1, 1))))
	for _, size := range sizes(divide(t, h, partition.Options{Parts: 8, Side: 0.6}), 8) {
		if size > 54 || size < 14 {
			t.Errorf("a part has %d of 250 vertices", size)
		}
	}
}

// In a dense random mask every column is cut however the rows are divided, and the
// parts are equal.
func TestPartsAreEqualWhereNothingCanBeSaved(t *testing.T) {
	for _, n := range []int{64, 256} {
		h := rows(randomMask(n, 300, 0.5, 0, rand.New(rand.NewPCG(1, 1))))
		for _, size := range sizes(divide(t, h, partition.Options{Parts: 8, Side: 0.6}), 8) {
			if size != n/8 {
				t.Errorf("a part has %d of %d rows", size, n)
			}
		}
	}
}

func TestSeedsDiffer(t *testing.T) {
	h := rows(randomMask(100, 300, 0.05, 1, rand.New(rand.NewPCG(1, 1))))
	first := divide(t, h, partition.Options{Parts: 4, Seed: 1})
	if slices.Equal(first, divide(t, h, partition.Options{Parts: 4, Seed: 2})) {
		t.Error("two seeds gave the same parts of a hypergraph with many good divisions")
	}
}

func TestRefusals(t *testing.T) {
	good := partition.Hypergraph{Vertices: 3, Edges: [][]int32{{0, 1}, {1, 2}}}
	for name, c := range map[string]struct {
		h partition.Hypergraph
		o partition.Options
	}{
		"no parts":     {good, partition.Options{}},
		"imbalance":    {good, partition.Options{Parts: 2, Imbalance: math.NaN()}},
		"side":         {good, partition.Options{Parts: 2, Side: 0.4}},
		"starts":       {good, partition.Options{Parts: 2, Starts: -1}},
		"vertices":     {partition.Hypergraph{Vertices: -1}, partition.Options{Parts: 2}},
		"vertex":       {partition.Hypergraph{Vertices: 2, Edges: [][]int32{{0, 2}}}, partition.Options{Parts: 2}},
		"vertex twice": {partition.Hypergraph{Vertices: 2, Edges: [][]int32{{1, 1}}}, partition.Options{Parts: 2}},
	} {
		if _, err := partition.Partition(t.Context(), c.h, c.o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := partition.Partition(ctx, good, partition.Options{Parts: 2}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// BenchmarkPartition divides masks of the size of ResNet-18's largest layer in eight.
func BenchmarkPartition(b *testing.B) {
	for _, density := range []float64{0.05, 0.2, 0.5} {
		h := rows(randomMask(512, 4608, density, 1, rand.New(rand.NewPCG(1, 2))))
		b.Run(fmt.Sprintf("512x4608/density=%v", density), func(b *testing.B) {
			for b.Loop() {
				divide(b, h, partition.Options{Parts: 8, Side: 0.6})
			}
		})
	}
}
