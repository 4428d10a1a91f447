package cgp

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"espalier/data"
	"espalier/prune"
)

// Rating says which edges, features or weights a method prunes first. Magnitude and
// Sigmoid follow the training. RandomRating and Degree are controls that are the same
// at every step, so that what is pruned stays pruned, at the densities and by the
// schedule of the method with which they are compared.
type Rating string

// The ratings.
const (
	// Magnitude is the absolute value of the trained parameter.
	Magnitude Rating = "magnitude"
	// Sigmoid is the sigmoid of the trained parameter, so that of two edges the one
	// whose messages weigh less is pruned first.
	Sigmoid Rating = "sigmoid"
	// RandomRating is drawn at random.
	RandomRating Rating = "random"
	// Degree is 1/√(d(from)·d(to)) of an edge between nodes of these degrees: edges
	// between hubs are pruned first, in random order if degrees are equal. It rates
	// edges only.
	Degree Rating = "degree"
)

// Check reports an unknown rating.
func (r Rating) Check() error {
	switch r {
	case "", Magnitude, Sigmoid, RandomRating, Degree:
		return nil
	}
	return fmt.Errorf("nothing is rated by %q: there are %s, %s, %s and %s", string(r), Magnitude, Sigmoid, RandomRating, Degree)
}

// learned reports whether the rating changes while the network trains.
func (r Rating) learned() bool { return r == "" || r == Magnitude || r == Sigmoid }

// rate is the rating by values.
func (r Rating) rate(values []float32) []float32 {
	if r != Sigmoid {
		return prune.Absolute(values)
	}
	rated := make([]float32, len(values))
	for i, x := range values {
		rated[i] = float32(1 / (1 + math.Exp(-float64(x))))
	}
	return rated
}

// byChance rates at random: the numbers 1/size to 1, each once, so that parameters of
// different sizes compete on equal terms.
func byChance(size int, random *rand.Rand) []float32 {
	scores := make([]float32, size)
	for i, place := range random.Perm(size) {
		scores[i] = float32(float64(place+1) / float64(size))
	}
	return scores
}

// byDegree rates edges by the degrees of their ends, as numbers from 1 on.
func byDegree(g *data.Graph, random *rand.Rand) []float32 {
	edges := g.Edges()
	products := make([]int, len(edges))
	for i, e := range edges {
		products[i] = g.Outgoing().Degree(int(e.From)) * g.Incoming().Degree(int(e.To))
	}
	order := random.Perm(len(edges))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(products[b], products[a]) })
	scores := make([]float32, len(edges))
	for place, edge := range order {
		scores[edge] = float32(place + 1)
	}
	return scores
}
