package partition

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/bits"

	"espalier/seed"
)

// Hypergraph has the vertices 0 to Vertices − 1.
type Hypergraph struct {
	Vertices int
	// Edges are the hyperedges: the distinct vertices that each joins, in any order.
	Edges [][]int32
}

// Options say how a hypergraph is divided.
type Options struct {
	// Parts is their number, at least 1.
	Parts int
	// Imbalance bounds the parts: none has more than (1 + Imbalance) · ⌈n/Parts⌉ of
	// n vertices. 0: 0.1. It does not matter where Side is set.
	Imbalance float64
	// Side bounds each bisection instead, to this share of its vertices on a side,
	// 0.5 to 1: hMETIS's UBfactor b is (50 + b)/100. Where a side becomes an odd
	// number of parts the share is in proportion.
	Side float64
	// Starts is how many multilevel bisections are tried, of which the best is
	// taken; 0: 8.
	Starts int
	Seed   seed.Seed
}

const (
	defaultImbalance = 0.1
	defaultStarts    = 8
)

// Partition returns the part, from 0 on, of each vertex. Equal arguments give equal
// parts on every machine.
func Partition(ctx context.Context, h Hypergraph, o Options) ([]int, error) {
	if err := check(h, o); err != nil {
		return nil, fmt.Errorf("partition: %w", err)
	}
	o.Imbalance, o.Starts = cmp.Or(o.Imbalance, defaultImbalance), cmp.Or(o.Starts, defaultStarts)
	parts := make([]int, h.Vertices)
	p := partitioner{Options: o, parts: parts, largest: largestPart(h.Vertices, o.Parts, o.Imbalance)}
	all := make([]int32, h.Vertices)
	for v := range all {
		all[v] = int32(v)
	}
	g := newGraph(h.Vertices, h.Edges)
	if err := p.divide(ctx, g, all, 0, o.Parts); err != nil {
		return nil, fmt.Errorf("partition: %w", err)
	}
	return parts, nil
}

// Cut is the number of hyperedges with vertices in more than one part.
func Cut(h Hypergraph, parts []int) int {
	cut := 0
	for _, edge := range h.Edges {
		for _, v := range edge {
			if parts[v] != parts[edge[0]] {
				cut++
				break
			}
		}
	}
	return cut
}

func check(h Hypergraph, o Options) error {
	switch {
	case h.Vertices < 0 || h.Vertices > math.MaxInt32:
		return fmt.Errorf("%d vertices", h.Vertices)
	case o.Parts < 1 || o.Starts < 0:
		return fmt.Errorf("%d parts, %d starts", o.Parts, o.Starts)
	case !(o.Imbalance >= 0) || math.IsInf(o.Imbalance, 1):
		return fmt.Errorf("an imbalance of %v; it must be a number from 0 on", o.Imbalance)
	case o.Side != 0 && !(o.Side >= 0.5 && o.Side <= 1):
		return fmt.Errorf("a side with %v of the vertices; it must be 0.5 to 1", o.Side)
	}
	last := make([]int, h.Vertices)
	for i, edge := range h.Edges {
		for _, v := range edge {
			if v < 0 || int(v) >= h.Vertices {
				return fmt.Errorf("hyperedge %d has vertex %d of %d", i, v, h.Vertices)
			}
			if last[v] == i+1 {
				return fmt.Errorf("hyperedge %d has vertex %d twice", i, v)
			}
			last[v] = i + 1
		}
	}
	return nil
}

func largestPart(n, parts int, imbalance float64) int {
	even := (n + parts - 1) / parts
	// The small number keeps a product such as 1.1·10 from falling to 10.
	return max(even, int(min((1+imbalance)*float64(even)+1e-9, float64(n))))
}

// partitioner is a partition on its way.
type partitioner struct {
	Options
	parts   []int
	largest int // vertices in a part, where Side is not set
	count   int // bisections so far
}

// divide puts the vertices of a graph into the parts from first on. names are the
// vertices' own.
func (p *partitioner) divide(ctx context.Context, g *graph, names []int32, first, count int) error {
	if count == 1 || g.vertices() == 0 {
		for _, v := range names {
			p.parts[v] = first
		}
		return nil
	}
	left := count / 2
	b := bisection{graph: g, limits: p.limits(g.vertices(), left, count), share: float64(left) / float64(count)}
	sides, err := b.best(ctx, p.Starts, p.Seed.Derive("bisection", p.count))
	if err != nil {
		return err
	}
	p.count++
	for side, parts := range [2][2]int{{first, left}, {first + left, count - left}} {
		inside, of := g.inside(sides, uint8(side))
		theirs := make([]int32, len(of))
		for i, v := range of {
			theirs[i] = names[v]
		}
		if err := p.divide(ctx, inside, theirs, parts[0], parts[1]); err != nil {
			return err
		}
	}
	return nil
}

// limits are the most vertices on each side of a bisection of n vertices into left
// parts and the rest of count. What is left of the imbalance is shared evenly among
// the bisections to come.
func (p *partitioner) limits(n, left, count int) [2]int {
	var limits [2]int
	for side, parts := range [2]int{left, count - left} {
		even := (n*parts + count - 1) / count
		if p.Side > 0 {
			limits[side] = min(n, max(even, int(2*p.Side*float64(n*parts)/float64(count)+1e-9)))
			continue
		}
		depth := bits.Len(uint(count - 1))
		spare := math.Pow(float64(p.largest*count)/float64(n), 1/float64(depth))
		limits[side] = min(parts*p.largest, max(even, int(spare*float64(n*parts)/float64(count)+1e-9)))
	}
	return limits
}
