package cgp

import (
	"cmp"
	"fmt"
	"slices"

	"espalier/prune"
)

// EarlyBird is the rule by which GEBT stops: a training has found its ticket as soon as
// the masks that it would draw hardly change any more. The movement of a part of a mask
// is the largest of its Hamming distances to those of the last few epochs, divided by
// the first such distance that is not 0; the mean over the parts is compared with a
// threshold. The zero value has the numbers of You et al., "Early-Bird GCNs", AAAI
// 2022.
//
// Where their text and code differ, this is the code's rule. The text says
// "normalised"; only the code shows that this is by the first distance, not by the size
// of the mask. The text compares the sum of both parts of a joint search with the
// threshold, the code their mean. Unlike this rule, the code adds up the largest
// distances of the matrices instead of taking the largest distance over all, and stops
// at its seventh epoch at the earliest instead of the first that has a whole window
// before it.
type EarlyBird struct {
	Threshold float64 // η; 0 means .1
	Window    int     // epochs that are looked back at; 0 means 3
}

func (r EarlyBird) withDefaults() EarlyBird {
	r.Threshold, r.Window = cmp.Or(r.Threshold, .1), cmp.Or(r.Window, 3)
	return r
}

// Check reports an invalid rule.
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
	last      [][]*prune.Mask // of the epochs in the window, the oldest first
	first     []float64       // what distances are a share of, by part; 0 before there is one
	distances []float64
}

// See takes the masks of an epoch and reports whether the ticket has been found. There
// is a mask for each part that is pruned, the same parts every time: the edges, and in
// a joint search the weights. If nothing is pruned, nothing can change.
func (w *Watch) See(parts ...*prune.Mask) (found bool, err error) {
	if len(w.last) > 0 && len(w.last[0]) != len(parts) {
		return false, fmt.Errorf("%d masks after %d; the parts that are watched must stay the same", len(parts), len(w.last[0]))
	}
	last := w.last
	w.last = append(slices.Clone(last[max(0, len(last)+1-w.rule.Window):]), slices.Clone(parts))
	if len(last) < w.rule.Window {
		return false, nil
	}
	if w.first == nil {
		w.first = make([]float64, len(parts))
	}
	sum := 0.0
	for i, part := range parts {
		share, err := w.moved(i, part, last)
		if err != nil {
			return false, fmt.Errorf("watch masks: %w", err)
		}
		sum += share
	}
	mean := sum / float64(max(1, len(parts)))
	w.distances = append(w.distances, mean)
	return mean < w.rule.Threshold, nil
}

// moved is the movement of a part. A part that has not moved yet may still start to,
// and counts as moving.
func (w *Watch) moved(i int, part *prune.Mask, last [][]*prune.Mask) (float64, error) {
	largest := 0.0
	for _, before := range last {
		distance, err := part.Distance(before[i])
		if err != nil {
			return 0, err
		}
		largest = max(largest, distance)
	}
	if w.first[i] == 0 {
		w.first[i] = largest
	}
	if w.first[i] == 0 {
		return 1, nil
	}
	return largest / w.first[i], nil
}

// Distances are those seen so far, the first at the first epoch that has a whole window
// before it.
func (w *Watch) Distances() []float64 { return slices.Clone(w.distances) }
