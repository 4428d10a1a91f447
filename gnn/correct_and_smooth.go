package gnn

import (
	"fmt"
	"math"
	"slices"

	"espalier/data"
)

// CorrectAndSmooth improves the predictions of a classifier, which may know nothing of
// the graph, by two diffusions; Q. Huang, H. He, A. Singh, S.-N. Lim and A. R. Benson,
// "Combining label propagation and simple models out-performs graph neural networks",
// ICLR 2021. For predictions P, probabilities by class, and labelled nodes L:
//
//	correct: E₀ = onehot − P on L, 0 elsewhere; E is E₀ diffused
//	         P ← P + s · E
//	smooth:  H₀ = P, onehot on L; H is H₀ diffused, clipped to [0, 1]
//
// With autoscale, the default, E is clipped to [−1, 1] and row i of it has s =
// σ/‖E_i‖₁, σ the mean of ‖E₀‖₁ over L; an s above 1000 is replaced by 1. With a fixed
// Scale the rows of L stay E₀ throughout, and nothing is clipped.
type CorrectAndSmooth struct {
	Correct Diffusion
	Smooth  Diffusion // its Alpha of 0 means 0.8
	// Scale is a fixed s; 0 means autoscale.
	Scale float64
}

// Run returns H [nodes, classes] for predictions [nodes, classes], row by row.
func (c CorrectAndSmooth) Run(g *data.Graph, predictions []float64, labelled []int32) ([]float64, error) {
	for _, d := range []Diffusion{c.Correct, c.Smooth} {
		if err := d.check(); err != nil {
			return nil, fmt.Errorf("correct and smooth: %w", err)
		}
	}
	if err := checkLabelled(g, labelled); err != nil {
		return nil, fmt.Errorf("correct and smooth: %w", err)
	}
	if len(predictions) != g.Nodes()*g.Classes() {
		return nil, fmt.Errorf("correct and smooth: %d predictions for %d nodes of %d classes", len(predictions), g.Nodes(), g.Classes())
	}
	if c.Smooth.Alpha == 0 {
		c.Smooth.Alpha = 0.8
	}
	corrected := c.correct(g, predictions, labelled)
	labels := oneHot(g, labelled)
	overwrite(corrected, labels, labelled, g.Classes())
	return c.Smooth.run(g, corrected, g.Classes(), clip(0, 1, g.Classes())), nil
}

func (c CorrectAndSmooth) correct(g *data.Graph, predictions []float64, labelled []int32) []float64 {
	classes := g.Classes()
	start := oneHot(g, labelled)
	known := make([]bool, g.Nodes())
	for _, node := range labelled {
		known[node] = true
		for j := int(node) * classes; j < (int(node)+1)*classes; j++ {
			start[j] -= predictions[j]
		}
	}
	corrected := slices.Clone(predictions)
	if c.Scale != 0 {
		residuals := c.Correct.run(g, start, classes, func(y []float64, from, to int) {
			for i := from; i < to; i++ {
				if known[i] {
					copy(y[i*classes:(i+1)*classes], start[i*classes:])
				}
			}
		})
		for i, e := range residuals {
			corrected[i] += c.Scale * e
		}
		return corrected
	}
	residuals := c.Correct.run(g, start, classes, clip(-1, 1, classes))
	mean := norm(start) / float64(len(labelled))
	for i := range g.Nodes() {
		row := residuals[i*classes : (i+1)*classes]
		scale := mean / norm(row)
		if !(scale <= 1000) {
			scale = 1
		}
		for j, e := range row {
			corrected[i*classes+j] += scale * e
		}
	}
	return corrected
}

// norm is the sum of absolute values.
func norm(row []float64) float64 {
	sum := 0.0
	for _, v := range row {
		sum += math.Abs(v)
	}
	return sum
}

// overwrite puts the rows of some nodes in place of others.
func overwrite(to, from []float64, nodes []int32, width int) {
	for _, node := range nodes {
		copy(to[int(node)*width:(int(node)+1)*width], from[int(node)*width:])
	}
}
