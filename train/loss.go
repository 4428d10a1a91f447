package train

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// CrossEntropy is the mean over a batch of the cross-entropy of the softmax of
// logits [batch, classes] with labels [batch]:
//
//	log Σ_c exp(z_c − max z) − (z_label − max z)
//
// Subtracting the largest logit changes neither the value nor the gradient, and
// no exponential overflows.
func CrossEntropy(logits, labels *graph.Node) *graph.Node {
	classes := logits.Shape().Dimensions[1]
	largest := graph.ReduceAndKeep(logits, graph.ReduceMax, 1)
	shifted := graph.Sub(logits, graph.StopGradient(largest))
	normaliser := graph.Log(graph.ReduceSum(graph.Exp(shifted), 1))
	chosen := graph.ReduceSum(graph.Mul(shifted, graph.OneHot(labels, classes, logits.DType())), 1)
	return graph.ReduceAllMean(graph.Sub(normaliser, chosen))
}

// Judge is the same loss for one row of logits, in float64, and whether the largest
// logit (the first among equal ones) is the label's.
func Judge(logits []float32, label int32) (loss float64, right bool) {
	best := 0
	for c, z := range logits {
		if z > logits[best] {
			best = c
		}
	}
	largest, sum := float64(logits[best]), 0.0
	for _, z := range logits {
		sum += math.Exp(float64(z) - largest)
	}
	loss = math.Log(sum) - (float64(logits[label]) - largest)
	return loss, best == int(label) && !math.IsNaN(loss)
}
