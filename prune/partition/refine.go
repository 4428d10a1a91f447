package partition

import "math"

// sides is a division with what Fiduccia and Mattheyses' moves need to know.
type sides struct {
	graph  *graph
	side   []uint8
	weight [2]int
	pins   [][2]int32 // of each edge, vertices on each side
	gain   []int32    // of each vertex: by how much the cut falls when it moves
	cut    int
	// changed has the vertices whose gain the last move changed, maybe more than once.
	changed []int32
}

func newSides(g *graph, side []uint8) *sides {
	s := &sides{graph: g, side: side, pins: make([][2]int32, len(g.edges)), gain: make([]int32, g.vertices())}
	for v, x := range side {
		s.weight[x] += int(g.weights[v])
	}
	for e, edge := range g.edges {
		for _, v := range edge {
			s.pins[e][side[v]]++
		}
		if s.pins[e][0] > 0 && s.pins[e][1] > 0 {
			s.cut += int(g.counts[e])
		}
		for _, v := range edge {
			s.gain[v] += s.gainOf(e, side[v])
		}
	}
	return s
}

// gainOf is what an edge adds to the gain of its vertices on a side.
func (s *sides) gainOf(e int, side uint8) int32 {
	switch {
	case s.pins[e][1-side] == 0:
		return -s.graph.counts[e]
	case s.pins[e][side] == 1:
		return s.graph.counts[e]
	}
	return 0
}

// move takes a vertex to the other side and updates the gains. Only edges with at most
// one vertex on a side, before or after, matter to any.
func (s *sides) move(v int32) {
	from, to := s.side[v], 1-s.side[v]
	s.changed = s.changed[:0]
	s.cut -= int(s.gain[v])
	for _, e := range s.graph.of[v] {
		if s.pins[e][from] > 2 && s.pins[e][to] > 1 {
			s.pins[e][from]--
			s.pins[e][to]++
			continue
		}
		before := [2]int32{s.gainOf(int(e), 0), s.gainOf(int(e), 1)}
		s.pins[e][from]--
		s.pins[e][to]++
		after := [2]int32{s.gainOf(int(e), 0), s.gainOf(int(e), 1)}
		for _, u := range s.graph.edges[e] {
			side := s.side[u]
			if u == v {
				s.gain[u] += after[to] - before[from]
			} else if difference := after[side] - before[side]; difference != 0 {
				s.gain[u] += difference
				s.changed = append(s.changed, u)
			}
		}
	}
	s.side[v] = to
	s.weight[from] -= int(s.graph.weights[v])
	s.weight[to] += int(s.graph.weights[v])
}

// refiner improves divisions.
type refiner struct{ bisection }

func (r refiner) quality(s *sides) quality {
	return quality{
		over:    max(s.weight[0]-r.limits[0], 0) + max(s.weight[1]-r.limits[1], 0),
		cut:     s.cut,
		balance: math.Abs(float64(s.weight[0]) - r.share*float64(s.graph.total)),
	}
}

// refine makes passes of moves as long as they gain, and changes side.
func (r refiner) refine(g *graph, side []uint8) quality {
	s := newSides(g, side)
	q := r.quality(s)
	for {
		after := r.pass(s, q)
		if !after.better(q) {
			return q
		}
		q = after
	}
}

// pass moves every vertex once, always the one of the highest gain that the balance
// allows, and goes back to the best division on the way.
func (r refiner) pass(s *sides, start quality) quality {
	queues := [2]*queue{newQueue(s.gain, s.graph.degree), newQueue(s.gain, s.graph.degree)}
	for v := range s.side {
		queues[s.side[v]].insert(int32(v))
	}
	best, bestAt := start, 0
	var moved []int32
	for len(moved) < len(s.side) {
		v := r.next(s, queues)
		if v < 0 {
			break
		}
		queues[s.side[v]].remove(v)
		s.move(v)
		for _, u := range s.changed {
			queues[s.side[u]].update(u)
		}
		moved = append(moved, v)
		if q := r.quality(s); q.better(best) {
			best, bestAt = q, len(moved)
		}
	}
	for i := len(moved) - 1; i >= bestAt; i-- {
		s.move(moved[i])
	}
	return best
}

// next is the vertex to move, -1 if none may: that of the highest gain, and of equal
// ones that from the side which is fuller than it should be.
func (r refiner) next(s *sides, queues [2]*queue) int32 {
	best := int32(-1)
	for side, q := range queues {
		room := r.limits[1-side] - s.weight[1-side]
		over := s.weight[side] > r.limits[side]
		if room < 1 && !over {
			continue
		}
		v := q.highest(func(v int32) bool { return over || int(s.graph.weights[v]) <= room })
		if v < 0 {
			continue
		}
		if over {
			return v
		}
		if best < 0 || s.gain[v] > s.gain[best] || s.gain[v] == s.gain[best] && r.fuller(s) == side {
			best = v
		}
	}
	return best
}

func (r refiner) fuller(s *sides) int {
	if float64(s.weight[0]) > r.share*float64(s.graph.total) {
		return 0
	}
	return 1
}
