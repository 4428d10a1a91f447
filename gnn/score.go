package gnn

import (
	"math"

	"espalier/train"
)

// Score is how well a part of the nodes is classified.
type Score struct {
	Loss     float64 // the mean cross-entropy in nats
	Accuracy float64
}

// scoreOf judges logits [nodes, classes] on some nodes; NaN where there are none.
func (g *Graph) scoreOf(logits []float32, nodes []int32) Score {
	if len(nodes) == 0 {
		return Score{math.NaN(), math.NaN()}
	}
	loss, right := 0.0, 0
	classes := g.shape.Classes
	for _, node := range nodes {
		l, ok := train.Judge(logits[int(node)*classes:(int(node)+1)*classes], g.labels[node])
		loss += l
		if ok {
			right++
		}
	}
	n := float64(len(nodes))
	return Score{loss / n, float64(right) / n}
}
