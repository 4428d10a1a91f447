package nn

import (
	"errors"
	"fmt"
	"slices"
)

// Removed says what a removed channel emits.
type Removed int

const (
	// Silent channels are zero everywhere: a channel's bias goes with it, and so
	// does the batch norm behind it, here and in the masked network, which
	// Silence makes. This is what the papers mean.
	Silent Removed = iota
	// Constant channels go on emitting what a layer without weights emits: its
	// bias, and then the offset of the batch norm behind it. Convolutions that
	// have read such a channel get what it added to them as a bias, or as a
	// BiasMap where zero padding makes it differ at the border. It holds for the
	// inference phase.
	Constant
)

// Shrunk is a network without the channels that a mask has removed from another.
// Layers keep their names.
type Shrunk struct {
	Network *Network
	// Weights are those of the whole network, cut; nil if none were given.
	Weights Weights

	origins map[string]func() []int
}

// Origins says, for each value of a parameter of the shrunk network, at which flat
// index of the whole network's parameter of the same name it was, and NoChannel for a
// new one. It serves to cut anything that belongs to weights, such as a mask, in the
// same way.
func (s *Shrunk) Origins(parameter string) []int {
	origins, ok := s.origins[parameter]
	if !ok {
		return nil
	}
	return origins()
}

// Cut takes the values that belong to a parameter of the shrunk network out of
// those of the whole network's; new ones are 0.
func (s *Shrunk) Cut(parameter string, values []float32) []float32 {
	return cut(values, s.Origins(parameter))
}

// Mask cuts the whole network's mask: the shrunk network's weights live if they live in
// it, and new ones do not.
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
//   - nothing feeds it: none of the weights of its filter that live reads a channel
//     that is there, or all layers that it comes through have lost it; or
//   - nothing reads it: no path of living weights leads from it to the output.
//
// What one layer's channels mean for the others is found from the graph. A channel of a
// sum is removed when all its terms have lost it; SelectChannels adapts terms that keep
// different channels, unless shortcut A can do so with its zeros. Grouped convolutions
// lose whole groups, and the others keep as many channels as the largest needs. The
// network's own input and output do not change.
//
// The shrunk network computes what the masked one does, whose weights Silence
// returns (for Constant: the weights with the pruned ones zero). Weights may be nil
// with Silent, when only the network is wanted. A mask that does not fit, and a
// layer that would lose all its channels (LostLayerError), are errors.
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

// Silence returns a network's weights under a mask such that removed channels are
// silent: pruned weights are zero, and where a channel has no living weight that
// reads a channel which is not silent itself, its bias is zero, and the batch norm
// behind it has scale and offset zero. The weights given are not changed.
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

// silence sets what dead channels emit to zero.
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
