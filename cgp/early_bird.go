package cgp

import (
	"cmp"
	"fmt"
	"slices"

	"espalier/prune"
)

// EarlyBird is the rule by which GEBT stops: a training has found its ticket as soon
// as the masks that it would draw no longer change, that is when the largest of the
// last few distances between the masks of consecutive epochs is below a threshold.
// The zero value is that of You et al., "Early-Bird GCNs", AAAI 2022.
type EarlyBird struct {
	Threshold float64 // η; 0 means .1
	Window    int     // distances that are looked at; 0 means 3
}

func (r EarlyBird) withDefaults() EarlyBird {
	r.Threshold, r.Window = cmp.Or(r.Threshold, .1), cmp.Or(r.Window, 3)
	return r
}

// Check reports a rule that cannot be.
func (r EarlyBird) Check() error {
	r = r.withDefaults()
	if !(r.Threshold > 0) || r.Window < 1 {
		return fmt.Errorf("early birds by threshold %v in %d epochs; both must be above 0", r.Threshold, r.Window)
	}
	return nil
}

// Watch begins to follow the masks of a training.
func (r EarlyBird) Watch() *Watch { return &Watch{rule: r.withDefaults()} }

// Watch follows the masks of a training epoch by epoch.
type Watch struct {
	rule      EarlyBird
	last      []*prune.Mask
	distances []float64
}

// See takes the masks of an epoch and reports whether the ticket has been found. There
// is a mask for each part that is pruned, the same parts every time: the edges, and in
// a joint search the weights. Their normalised Hamming distances to the masks of the
// epoch before are added up.
func (w *Watch) See(parts ...*prune.Mask) (found bool, err error) {
	last := w.last
	w.last = slices.Clone(parts)
	if last == nil {
		return false, nil
	}
	if len(last) != len(parts) {
		return false, fmt.Errorf("%d masks after %d; the parts that are watched must stay the same", len(parts), len(last))
	}
	sum := 0.0
	for i, part := range parts {
		distance, err := part.Distance(last[i])
		if err != nil {
			return false, fmt.Errorf("watch masks: %w", err)
		}
		sum += distance
	}
	w.distances = append(w.distances, sum)
	n := len(w.distances)
	return n >= w.rule.Window && slices.Max(w.distances[n-w.rule.Window:]) < w.rule.Threshold, nil
}

// Distances are those seen so far, the first between the first two epochs.
func (w *Watch) Distances() []float64 { return slices.Clone(w.distances) }
