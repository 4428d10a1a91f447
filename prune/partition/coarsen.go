package partition

import "math/rand/v2"

const (
	// coarsest is how many vertices are few enough to be divided directly.
	coarsest = 60
	// ratingSteps bounds the work of one coarsening.
	ratingSteps = 1 << 20
)

// level is one step of coarsening.
type level struct {
	fine, coarse *graph
	cluster      []int32 // of each vertex of fine
}

// coarsen merges pairs of vertices with many small edges in common, again and again
// until few are left. With sides, only vertices of one side are merged.
func coarsen(g *graph, sides []uint8, random *rand.Rand) []level {
	// A cluster beyond this weight would leave too little freedom for the balance.
	heaviest := int32(max(1, 3*g.total/(2*coarsest)))
	var levels []level
	for g.vertices() > coarsest {
		cluster, count := match(g, sides, heaviest, random)
		if count > g.vertices()*19/20 {
			break
		}
		coarse := g.merged(cluster, count)
		levels = append(levels, level{fine: g, coarse: coarse, cluster: cluster})
		if sides != nil {
			sides = project(sides, cluster, count)
		}
		g = coarse
	}
	return levels
}

// project gives each cluster the side of its vertices.
func project(sides []uint8, cluster []int32, count int) []uint8 {
	coarse := make([]uint8, count)
	for v, c := range cluster {
		coarse[c] = sides[v]
	}
	return coarse
}

// match pairs vertices, in random order, each with the unmatched neighbour of the
// highest heavy-edge rating
//
//	Σ_e weight(e) / (|e| − 1) / (weight(u) · weight(v)).
func match(g *graph, sides []uint8, heaviest int32, random *rand.Rand) (cluster []int32, count int) {
	// Through a large edge, which says little, there is much to look at.
	small := g.smallest(ratingSteps, g.vertices(), func(size int) int { return size * size })
	cluster = make([]int32, g.vertices())
	for v := range cluster {
		cluster[v] = -1
	}
	ratings := make([]float64, g.vertices())
	var touched []int32
	for _, i := range random.Perm(g.vertices()) {
		u := int32(i)
		if cluster[u] >= 0 {
			continue
		}
		touched = touched[:0]
		for _, e := range g.of[u] {
			if !small[e] {
				continue
			}
			share := float64(g.counts[e]) / float64(len(g.edges[e])-1)
			for _, v := range g.edges[e] {
				if v == u || cluster[v] >= 0 || sides != nil && sides[v] != sides[u] {
					continue
				}
				if ratings[v] == 0 {
					touched = append(touched, v)
				}
				ratings[v] += share
			}
		}
		best, highest := int32(-1), 0.0
		for _, v := range touched {
			rating := ratings[v] / float64(g.weights[v])
			ratings[v] = 0
			if g.weights[u]+g.weights[v] <= heaviest && rating > highest {
				best, highest = v, rating
			}
		}
		cluster[u] = int32(count)
		if best >= 0 {
			cluster[best] = int32(count)
		}
		count++
	}
	return cluster, count
}
