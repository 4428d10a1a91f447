package lth

import (
	"context"

	"espalier/prune"
)

func init() { registerControls(SNIP, GraSP, SynFlow, ReferenceGraSP, ReferenceSynFlow) }

// The masks that are found before training, with the ticket's number of weights in
// each of the variant's pools: the weights that levels are rewound to are rated and
// pruned, and what is left is trained from them. prune's scores of the same names say
// how.
var (
	SNIP    = NewForesight("snip", prune.SNIP, 1, nil)
	GraSP   = NewForesight("grasp", prune.GraSP, 1, nil)
	SynFlow = NewForesight("synflow", prune.SynFlow, prune.SynFlowRounds, nil)
)

// The same as the code of Structure-LTH has them: GraSP by magnitude, and SynFlow with
// most of its pruning in the last rounds.
var (
	ReferenceGraSP   = NewForesight("grasp-reference", prune.ReferenceGraSP, 1, nil)
	ReferenceSynFlow = NewForesight("synflow-reference", prune.SynFlow, prune.SynFlowRounds, prune.ReferenceSynFlow)
)

// NewForesight is a control that prunes the weights which levels are rewound to by a
// score, in some rounds along a curve; nil is prune.Exponential.
func NewForesight(name string, score prune.Score, rounds int, curve prune.Curve) Control {
	return Control{Name: name, Start: func(ctx context.Context, s Study, ticket Level) (Start, error) {
		rules, err := s.Options.rules(s.Network)
		if err != nil {
			return Start{}, err
		}
		d := s.derivatives()
		defer d.Close()
		rules.Selection.Rounds, rules.Selection.Curve = rounds, curve
		mask, err := prune.PruneLike(ctx, score, prune.Input{
			Network: s.Network, Weights: ticket.Origin.Rewound, Initial: ticket.Origin.Rewound,
			Random: s.streams(name + " score"), Derivatives: d,
		}, rules.Selection, ticket.Mask)
		return Start{Mask: mask, Weights: ticket.Origin.Rewound}, err
	}}
}
