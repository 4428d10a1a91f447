package prune

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"espalier/nn"
)

// RefillOptions say how Refill makes a mask channel-wise.
type RefillOptions struct {
	Variant   Variant
	Criterion Criterion
	// Extra is the share ρ, in [0, 1], of the channels that would be dropped which is
	// kept as well: 0 is Refill, more is Refill+.
	Extra float64
	// Spare tells the parameters to leave as they are; nil is none.
	Spare Spare
}

// Refill makes an unstructured mask channel-wise, keeping about its density: in each
// layer the output channels that a criterion rates highest keep all their weights, and
// the others lose theirs (Chen et al., "Coarsening the granularity: towards
// structurally sparse lottery tickets", ICML 2022, algorithm 2). The input's mask is
// the unstructured one, its weights those that the criterion looks at.
//
// As Paper, a layer with C channels and density d keeps
//
//	⌈d·C + ρ·(C − d·C)⌉
//
// of them; among equally rated channels the first are removed. A layer without a live
// weight is an error in either variant: nothing says which of its channels should live.
//
// As Reference it does what prune_model_custom_fillback of the authors' code does:
//
//   - With k = ⌊d·C + ρ·(C − d·C)⌋, the threshold is the (C−k)-th smallest value. The
//     channels above it live, and one of those at it, drawn from Input.Random; so
//     without ties k + 1 channels live, one at least, and the layer is denser than the
//     mask it came from.
//   - All further channels at the threshold keep their unstructured mask: with
//     Surviving, whose values are whole numbers, the result often is not channel-wise.
//   - Where k = C there is no C−k-th value: WeightNorm then keeps all, Surviving takes
//     the smallest as the threshold, and the feature-map criteria are an error.
//   - The criteria have defects of their own: see WeightNorm and FeatureL1.
func Refill(ctx context.Context, in Input, o RefillOptions) (*Mask, error) {
	mask, err := refill(ctx, in, o)
	if err != nil {
		return nil, fmt.Errorf("refill: %w", err)
	}
	return mask, nil
}

func refill(ctx context.Context, in Input, o RefillOptions) (*Mask, error) {
	if err := o.Variant.Check(); err != nil {
		return nil, err
	}
	if !(o.Extra >= 0 && o.Extra <= 1) {
		return nil, fmt.Errorf("the extra share %v of channels is not in [0, 1]", o.Extra)
	}
	mask, err := in.mask()
	if err != nil {
		return nil, err
	}
	in.Mask = mask
	ratings, err := o.Criterion.rate(ctx, in, o.Variant)
	if err != nil {
		return nil, err
	}
	editor := mask.Edit()
	for _, p := range in.Network.Prunable() {
		if o.Spare != nil && o.Spare(p) {
			continue
		}
		if err := mask.lives(p); err != nil {
			return nil, err
		}
		rated := ratings[p.Name]
		if i := slices.IndexFunc(rated, math.IsNaN); i >= 0 {
			return nil, fmt.Errorf("the value of channel %d of %s is not a number: has training diverged?", i, p.Name)
		}
		fates, err := o.fates(in, p, rated)
		if err != nil {
			return nil, err
		}
		editor.setChannels(p, fates)
	}
	return editor.Mask(), nil
}

// lives reports a layer of which nothing can be made structural, since no weight lives.
func (m *Mask) lives(p nn.Parameter) error {
	if m.CountOf(p.Name) == 0 {
		return fmt.Errorf("no weight of layer %s lives, so it would lose all channels: prune it less", p.Layer)
	}
	return nil
}

// fate is what becomes of a channel.
type fate int8

const (
	dropped fate = iota
	kept
	asItWas
)

func (o RefillOptions) fates(in Input, p nn.Parameter, rated []float64) ([]fate, error) {
	channels := float64(len(rated))
	dense := float64(in.Mask.CountOf(p.Name)) / float64(p.FanIn())
	keep := dense + (channels-dense)*o.Extra
	if o.Variant == Reference {
		return o.referenceFates(in, p, rated, int(math.Floor(keep)))
	}
	// The small number keeps rounding errors of the product from adding a channel.
	count := min(int(math.Ceil(keep-1e-9)), len(rated))
	order := make([]int, len(rated))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rated[a], rated[b]) })
	fates := make([]fate, len(rated))
	for _, channel := range order[len(order)-count:] {
		fates[channel] = kept
	}
	return fates, nil
}

func (o RefillOptions) referenceFates(in Input, p nn.Parameter, rated []float64, keep int) ([]fate, error) {
	fates := make([]fate, len(rated))
	rank := len(rated) - keep
	if rank == 0 {
		switch o.Criterion {
		case "", WeightNorm:
			for i := range fates {
				fates[i] = kept
			}
			return fates, nil
		case Surviving:
			rank = 1
		default:
			return nil, fmt.Errorf("%s has weights for all of its %d channels; rated by %s the reference takes at most %d: prune the layer more", p.Name, len(rated), o.Criterion, len(rated)-1)
		}
	}
	if in.Random == nil {
		return nil, errors.New("the input has no random streams, from which the reference draws")
	}
	threshold := slices.Sorted(slices.Values(rated))[rank-1]
	var ties []int
	for i, value := range rated {
		switch {
		case value > threshold:
			fates[i] = kept
		case value == threshold:
			fates[i] = asItWas
			ties = append(ties, i)
		}
	}
	fates[ties[in.Random(p.Name).IntN(len(ties))]] = kept
	return fates, nil
}

func (e *Editor) setChannels(p nn.Parameter, fates []fate) {
	for i := range p.Size() {
		if fate := fates[i%len(fates)]; fate != asItWas {
			e.Set(p.Name, i, fate == kept)
		}
	}
}
