package partition

import (
	"context"
	"math"
	"math/rand/v2"

	"espalier/seed"
)

// bisection divides a graph in two.
type bisection struct {
	graph  *graph
	limits [2]int  // most weight of each side
	share  float64 // of the weight that should be on side 0
}

// quality orders divisions: those within the limits first, then by cut, then by
// balance.
type quality struct {
	over    int     // weight beyond the limits
	cut     int     // weight of the edges cut
	balance float64 // distance from the share
}

func (q quality) better(than quality) bool {
	if q.over != than.over {
		return q.over < than.over
	}
	if q.cut != than.cut {
		return q.cut < than.cut
	}
	return q.balance < than.balance
}

// cycles is how often the best division is coarsened along its sides and refined
// again, as long as it gains.
const cycles = 4

// searchPins bounds the pins among which divisions are searched.
const searchPins = 1 << 16

// best is the best of several multilevel divisions, each refined by further cycles.
// The search looks at the edges that can be saved; the last refinement at all.
func (b bisection) best(ctx context.Context, starts int, s seed.Seed) ([]uint8, error) {
	whole := refiner{bisection: b}
	b.graph = b.graph.lean(searchPins, max(b.limits[0], b.limits[1]))
	var best []uint8
	var quality quality
	for start := range starts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		random := s.Stream("start", start)
		sides, q := b.multilevel(nil, random)
		for range cycles {
			again, better := b.multilevel(sides, random)
			if !better.better(q) {
				break
			}
			sides, q = again, better
		}
		if best == nil || q.better(quality) {
			best, quality = sides, q
		}
	}
	whole.refine(whole.graph, best)
	return best, nil
}

// multilevel coarsens, divides the coarsest graph, and refines on every level on the
// way back. With sides, it starts from that division instead.
func (b bisection) multilevel(sides []uint8, random *rand.Rand) ([]uint8, quality) {
	levels := coarsen(b.graph, sides, random)
	g := b.graph
	for _, l := range levels {
		if sides != nil {
			sides = project(sides, l.cluster, l.coarse.vertices())
		}
		g = l.coarse
	}
	r := refiner{bisection: b}
	var q quality
	if sides == nil {
		sides, q = r.initial(g, random)
	} else {
		q = r.refine(g, sides)
	}
	for i := len(levels) - 1; i >= 0; i-- {
		fine := make([]uint8, levels[i].fine.vertices())
		for v, c := range levels[i].cluster {
			fine[v] = sides[c]
		}
		sides = fine
		q = r.refine(levels[i].fine, sides)
	}
	return sides, q
}

// tries is how many first divisions of the coarsest graph there are of each kind.
const tries = 6

// initial divides a small graph: at random, and by growing a side from a vertex; the
// best after refinement is taken.
func (r refiner) initial(g *graph, random *rand.Rand) ([]uint8, quality) {
	var best []uint8
	var quality quality
	for try := range 2 * tries {
		sides := r.fill(g, random)
		if try%2 == 1 {
			sides = r.grow(g, random)
		}
		if q := r.refine(g, sides); best == nil || q.better(quality) {
			best, quality = sides, q
		}
	}
	return best, quality
}

// target is the weight that side 0 should have.
func (r refiner) target(g *graph) int { return int(math.Round(r.share * float64(g.total))) }

// fill puts vertices on side 0 in random order until it has its share.
func (r refiner) fill(g *graph, random *rand.Rand) []uint8 {
	sides := make([]uint8, g.vertices())
	weight := 0
	for _, v := range random.Perm(g.vertices()) {
		if weight >= r.target(g) {
			sides[v] = 1
		} else {
			weight += int(g.weights[v])
		}
	}
	return sides
}

// grow starts with one vertex on side 0 and moves the one of the highest gain there
// until side 0 has its share, the first of equal ones from a random place on.
func (r refiner) grow(g *graph, random *rand.Rand) []uint8 {
	sides := make([]uint8, g.vertices())
	for v := range sides {
		sides[v] = 1
	}
	first := random.IntN(g.vertices())
	s := newSides(g, sides)
	s.move(int32(first))
	for s.weight[0] < r.target(g) {
		best := -1
		for i := range g.vertices() {
			v := (first + i) % g.vertices()
			if sides[v] == 1 && (best < 0 || s.gain[v] > s.gain[best]) {
				best = v
			}
		}
		if best < 0 {
			break
		}
		s.move(int32(best))
	}
	return sides
}
