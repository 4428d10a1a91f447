package lth

import (
	"fmt"

	"espalier/nn"
	"espalier/prune"
)

// Variant says whose procedure is followed. The zero value is Paper.
type Variant string

// The variants.
const (
	// Paper is the text of Frankle and Carbin (ICLR 2019), and of Frankle et al.,
	// "Linear Mode Connectivity and the Lottery Ticket Hypothesis" (ICML 2020),
	// where weights are rewound to later than the beginning.
	Paper Variant = "paper"
	// OpenLTH is what the code of facebookresearch/open_lth does.
	OpenLTH Variant = "open-lth"
	// StructureLTH is what the code of Chen et al., "Coarsening the Granularity:
	// Towards Structurally Sparse Lottery Tickets" (ICML 2022), does.
	StructureLTH Variant = "structure-lth"
)

// Variants lists the variants.
func Variants() []Variant { return []Variant{Paper, OpenLTH, StructureLTH} }

// Rules are everything in which the variants differ.
type Rules struct {
	// Selection says how weights are counted and which layers are spared. Its fraction
	// is not set.
	Selection prune.Selection
	Rewinding Rewinding
}

// Rewinding says how training continues from weights that were rewound to a moment
// after the beginning. When rewinding to the beginning, all are the same. In each, all
// parameters are rewound, including batch norm's running statistics, and the optimizer
// starts afresh.
type Rewinding string

// The ways to rewind.
const (
	// Resume continues from that moment of the schedule and of the order of the data, so
	// that a level trains for what is left of them. The weights are a snapshot of the
	// dense network's only training.
	Resume Rewinding = "resume"
	// Pretrain is Resume with weights from a training of its own that ends at that
	// moment, from which the dense network starts as well.
	Pretrain Rewinding = "pretrain"
	// Restart trains for the whole schedule again. The weights are a snapshot of
	// the dense network's training.
	Restart Rewinding = "restart"
)

// Rules are what the variant means for a network; an unknown variant is an error.
func (v Variant) Rules(n *nn.Network) (Rules, error) {
	switch v {
	case "", Paper:
		return Rules{Selection: paperSelection(n), Rewinding: Resume}, nil
	case OpenLTH:
		return Rules{Selection: openLTHSelection(n), Rewinding: Pretrain}, nil
	case StructureLTH:
		return Rules{Selection: prune.Selection{
			Allocation: prune.Global,
			Count:      prune.Round,
			Spare:      prune.SpareAny(prune.SpareLayers("conv1"), prune.SpareKinds(nn.KindLinear)),
		}, Rewinding: Restart}, nil
	}
	return Rules{}, fmt.Errorf("no variant is called %q: there are %s, %s and %s", string(v), Paper, OpenLTH, StructureLTH)
}

// paperSelection prunes networks with hidden linear layers, which in the paper are
// LeNet and Conv-2, 4 and 6, layer by layer at rates that depend on the kind of
// layer; all others, VGG-19 and ResNet-18, globally in convolutions alone.
func paperSelection(n *nn.Network) prune.Selection {
	convolutions, hidden := 0, 0
	for _, p := range n.Prunable() {
		switch {
		case p.Kind == nn.KindConvolution:
			convolutions++
		case p.Layer != prune.OutputLayer(n):
			hidden++
		}
	}
	if convolutions > 0 && hidden == 0 {
		return prune.Selection{Allocation: prune.Global, Count: prune.Round, Spare: prune.SpareKinds(nn.KindLinear)}
	}
	var rates prune.Rates
	if convolutions >= 6 {
		rates.Convolution = 0.15 // figure 2: Conv-6; Conv-2 and Conv-4 have 0.1
	}
	return prune.Selection{Allocation: prune.ByKind(rates), Count: prune.Round}
}

// openLTHSelection spares the output layer as the defaults of OpenLTH's models do:
// for LeNet and VGG, not for residual networks.
func openLTHSelection(n *nn.Network) prune.Selection {
	sel := prune.Selection{Allocation: prune.Global, Count: prune.CeilPlusOne}
	for _, node := range n.Nodes {
		if node.Layer.Kind() == nn.KindAdd {
			return sel
		}
	}
	sel.Spare = prune.SpareLayers(prune.OutputLayer(n))
	return sel
}
