package nn

import (
	"errors"
	"fmt"
	"slices"
)

// Removed says what a removed channel counts as.
type Removed int

const (
	// Silent channels are zero everywhere: with the channel goes its bias, and its scale
	// and offset in the batch norm after it. Silence does the same to the masked network.
	// This is what the papers mean.
	Silent Removed = iota
	// Constant channels still have the value that a layer without weights gives them: the
	// bias, changed by the batch norm after it. Convolutions that read such a channel get
	// its contribution as a bias, or as a BiasMap if zero padding makes it differ at the
	// border. This is exact for inference only, not for training.
	Constant
)

// Shrunk is a network from which a mask has removed channels. Layers keep their names.
type Shrunk struct {
	Network *Network
	// Weights are the part of the whole network's weights that is left; nil if no weights
	// were given.
	Weights Weights

	origins map[string]func() []int
}

// Origins returns, for each value of a parameter of the shrunk network, its flat index in
// the whole network's parameter of the same name, or NoChannel for a new value. With it
// anything that has a value for each weight, such as a mask, can be cut in the same way.
// It returns nil if there is no such parameter.
func (s *Shrunk) Origins(parameter string) []int {
	origins, ok := s.origins[parameter]
	if !ok {
		return nil
	}
	return origins()
}

// Cut returns the values that are left of a parameter of the shrunk network, given those of
// the whole network's parameter. New values are 0.
func (s *Shrunk) Cut(parameter string, values []float32) []float32 {
	return cut(values, s.Origins(parameter))
}

// Mask cuts the whole network's mask: a weight of the shrunk network lives if it lives in
// the whole network, and new weights do not live. Parameters that the mask does not cover
// live completely.
func (s *Shrunk) Mask(mask WeightMask) NonZero {
	kept := make(NonZero)
	for _, p := range s.Network.Prunable() {
		origins := s.Origins(p.Name)
		if mask.SizeOf(p.Name) == 0 {
			kept[p.Name] = slices.Repeat([]float32{1}, len(origins))
			continue
		}
		whole := make([]float32, mask.SizeOf(p.Name))
		for i := range mask.Live(p.Name) {
			whole[i] = 1
		}
		kept[p.Name] = cut(whole, origins)
	}
	return kept
}

func cut(values []float32, origins []int) []float32 {
	kept := make([]float32, len(origins))
	for i, origin := range origins {
		if origin != NoChannel {
			kept[i] = values[origin]
		}
	}
	return kept
}

// Shrink removes from a network every channel that a mask leaves unused, and returns
// the smaller network. A channel is removed when
//
//   - nothing feeds it: no living weight of its filter reads a channel that is left, or
//     all layers through which it comes have lost it; or
//   - nothing reads it: no path of living weights leads from it to the output.
//
// The graph tells how the channels of layers depend on each other. A sum loses a channel
// when all its terms have lost it. SelectChannels adapts terms that keep different
// channels, unless the zeros of a parameter-free shortcut (PadShortcut) can do so. Grouped
// convolutions lose whole groups; groups that are left keep as many channels as the
// largest of them needs. The network's own input and output do not change.
//
// The shrunk network computes the same as the masked one with the weights that Silence
// returns (for Constant: with the pruned weights set to zero). With Silent, weights may be
// nil if only the network is wanted. It is an error if the mask does not fit, if a layer
// would lose all its channels (LostLayerError), and if a layer is not of this package
// (ErrUntraceable).
func Shrink(n *Network, weights Weights, mask WeightMask, removed Removed) (*Shrunk, error) {
	shrunk, err := shrink(n, weights, mask, removed)
	if err != nil {
		return nil, fmt.Errorf("shrink network %s: %w", n.Name, err)
	}
	return shrunk, nil
}

func shrink(n *Network, weights Weights, mask WeightMask, removed Removed) (*Shrunk, error) {
	if weights == nil && removed == Constant {
		return nil, errors.New("without weights it is not known what constant channels emit")
	}
	t, err := traceChannels(n, mask)
	if err != nil {
		return nil, err
	}
	if err := t.keep(); err != nil {
		return nil, err
	}
	b := newShrinker(t)
	if weights != nil {
		masked, err := maskWeights(n, weights, mask)
		if err != nil {
			return nil, err
		}
		b.weights = masked
		if removed == Constant {
			b.constants = t.constants(masked)
		} else {
			t.silence(masked)
		}
	}
	return b.build()
}

// Silence returns a copy of a network's weights in which the channels that a mask removes
// are silent: pruned weights are zero, and if none of a channel's living weights reads a
// channel that is not silent itself, then its bias is zero, and so are its scale and offset
// in the batch norm after it.
func Silence(n *Network, weights Weights, mask WeightMask) (Weights, error) {
	t, err := traceChannels(n, mask)
	if err != nil {
		return nil, fmt.Errorf("silence network %s: %w", n.Name, err)
	}
	masked, err := maskWeights(n, weights, mask)
	if err != nil {
		return nil, fmt.Errorf("silence network %s: %w", n.Name, err)
	}
	t.silence(masked)
	return masked, nil
}

// maskWeights is a copy of weights with the pruned ones zero.
func maskWeights(n *Network, weights Weights, mask WeightMask) (Weights, error) {
	if err := weights.Check(n); err != nil {
		return nil, err
	}
	return weights.Masked(mask)
}

// silence makes dead channels zero.
func (t *trace) silence(weights Weights) {
	for i, node := range t.network.Nodes {
		for c, dead := range t.dead[i] {
			if !dead {
				continue
			}
			for _, p := range t.owned[i] {
				silenceChannel(weights[p.Name], p, c, node.Shape.Channels)
			}
		}
	}
}

func silenceChannel(values []float32, p Parameter, channel, channels int) {
	value := float32(0)
	switch p.Role {
	case Weight:
		return
	case RunningVariance:
		value = 1
	}
	for i := channel; i < len(values); i += channels {
		values[i] = value
	}
}

// all are the numbers below n.
func all(n int) []int {
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	return numbers
}
