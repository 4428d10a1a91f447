package partition

import (
	"cmp"
	"slices"
)

// graph is a hypergraph with weights: each vertex stands for some vertices of a finer
// one, each edge for some equal edges. All edges have two vertices or more.
type graph struct {
	weights []int32 // of vertices
	total   int
	edges   [][]int32 // rising vertices
	counts  []int32   // weights of edges
	of      [][]int32 // edges of each vertex
	degree  int32     // the largest weight of a vertex's edges
}

func (g *graph) vertices() int { return len(g.weights) }

// newGraph has vertices of weight 1.
func newGraph(vertices int, edges [][]int32) *graph {
	weights := make([]int32, vertices)
	for i := range weights {
		weights[i] = 1
	}
	counts := make([]int32, len(edges))
	sorted := make([][]int32, len(edges))
	for i, edge := range edges {
		counts[i], sorted[i] = 1, slices.Sorted(slices.Values(edge))
	}
	return assemble(weights, sorted, counts)
}

// assemble joins equal edges and drops those that cannot be cut. Vertices of an edge
// rise.
func assemble(weights []int32, edges [][]int32, counts []int32) *graph {
	g := &graph{weights: weights, of: make([][]int32, len(weights))}
	for _, w := range weights {
		g.total += int(w)
	}
	found := make(map[uint64][]int32, len(edges))
	for i, edge := range edges {
		if len(edge) < 2 {
			continue
		}
		hash := fingerprint(edge)
		if same := g.find(found[hash], edge); same >= 0 {
			g.counts[same] += counts[i]
			continue
		}
		found[hash] = append(found[hash], int32(len(g.edges)))
		g.edges, g.counts = append(g.edges, edge), append(g.counts, counts[i])
	}
	degrees := make([]int, len(weights))
	for _, edge := range g.edges {
		for _, v := range edge {
			degrees[v]++
		}
	}
	for v, degree := range degrees {
		g.of[v] = make([]int32, 0, degree)
	}
	for e, edge := range g.edges {
		for _, v := range edge {
			g.of[v] = append(g.of[v], int32(e))
		}
	}
	for _, edges := range g.of {
		degree := int32(0)
		for _, e := range edges {
			degree += g.counts[e]
		}
		g.degree = max(g.degree, degree)
	}
	return g
}

// fingerprint is a number that equal edges share.
func fingerprint(edge []int32) uint64 {
	h := uint64(len(edge))
	for _, v := range edge {
		h = (h ^ uint64(v)) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	return h
}

func (g *graph) find(candidates []int32, edge []int32) int {
	for _, e := range candidates {
		if slices.Equal(g.edges[e], edge) {
			return int(e)
		}
	}
	return -1
}

// inside is what lies wholly on a side: the vertices there, by their index in g, and
// the edges that are not cut.
func (g *graph) inside(sides []uint8, side uint8) (*graph, []int32) {
	index, of, weights := make([]int32, g.vertices()), []int32{}, []int32{}
	for v, s := range sides {
		index[v] = -1
		if s == side {
			index[v] = int32(len(of))
			of, weights = append(of, int32(v)), append(weights, g.weights[v])
		}
	}
	var edges [][]int32
	var counts []int32
	for e, edge := range g.edges {
		if slices.ContainsFunc(edge, func(v int32) bool { return sides[v] != side }) {
			continue
		}
		renamed := make([]int32, len(edge))
		for i, v := range edge {
			renamed[i] = index[v]
		}
		edges, counts = append(edges, renamed), append(counts, g.counts[e])
	}
	return assemble(weights, edges, counts), of
}

// merged is the graph in which vertices with the same cluster are one. Clusters are
// numbered from 0 without gaps.
func (g *graph) merged(cluster []int32, clusters int) *graph {
	weights := make([]int32, clusters)
	for v, c := range cluster {
		weights[c] += g.weights[v]
	}
	edges := make([][]int32, len(g.edges))
	for e, edge := range g.edges {
		pins := make([]int32, len(edge))
		for i, v := range edge {
			pins[i] = cluster[v]
		}
		slices.Sort(pins)
		edges[e] = slices.Compact(pins)
	}
	return assemble(weights, edges, g.counts)
}

// smallest tells which are the smallest edges that together cost no more than a budget,
// none of them with more vertices than a limit.
func (g *graph) smallest(budget, limit int, cost func(size int) int) []bool {
	order := make([]int32, len(g.edges))
	for e := range order {
		order[e] = int32(e)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(len(g.edges[a]), len(g.edges[b])) })
	chosen := make([]bool, len(g.edges))
	for _, e := range order {
		size := len(g.edges[e])
		if budget -= cost(size); budget < 0 || size > limit {
			break
		}
		chosen[e] = true
	}
	return chosen
}

// lean is g without the edges that are cut in every division whose sides have no more
// vertices than a limit, and without the largest of the others where all together have
// more than a number of pins: those are nearly always cut.
func (g *graph) lean(pins, limit int) *graph {
	var edges [][]int32
	var counts []int32
	for e, chosen := range g.smallest(pins, limit, func(size int) int { return size }) {
		if chosen {
			edges, counts = append(edges, g.edges[e]), append(counts, g.counts[e])
		}
	}
	return assemble(g.weights, edges, counts)
}
