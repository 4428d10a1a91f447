package gnn

import (
	"fmt"

	"espalier/data"
)

// LabelPropagation spreads the labels of some nodes along edges; X. Zhu and
// Z. Ghahramani, "Learning from labeled and unlabeled data with label propagation",
// 2002, in the form of Correct & Smooth:
//
//	Y ← clip(α · S · Y + (1−α) · Y₀, 0, 1)
//
// from Y₀, which has a 1 for the class of each labelled node. It reads no features and
// trains nothing.
type LabelPropagation struct{ Diffusion }

// Run returns Y [nodes, classes], row by row. Nodes that no label reaches have zeros.
func (l LabelPropagation) Run(g *data.Graph, labelled []int32) ([]float64, error) {
	if err := l.check(); err != nil {
		return nil, fmt.Errorf("label propagation: %w", err)
	}
	if err := checkLabelled(g, labelled); err != nil {
		return nil, fmt.Errorf("label propagation: %w", err)
	}
	return l.run(g, oneHot(g, labelled), g.Classes(), clip(0, 1, g.Classes())), nil
}
