package nn

import (
	"fmt"
	"iter"
	"maps"
	"slices"
)

// WeightMask says which weights of a network live; prune.Mask is one, ChannelMask
// another. A parameter that it does not name is not masked: all of it lives.
type WeightMask interface {
	Mask
	// Names lists the masked parameters.
	Names() []string
	// Live yields the flat indices of a masked parameter's live values in rising
	// order.
	Live(parameter string) iter.Seq[int]
}

// ChannelMask is a mask that removes whole output channels.
type ChannelMask struct {
	layers map[string]channelChoice
}

// channelChoice is the mask of one weight: the channels that live of its last axis.
type channelChoice struct {
	size, channels int
	kept           []int
}

// KeepChannels is the mask that keeps, in each named layer, the output channels listed
// and removes the others. Layers that are not named keep all. Channels count from 0 and
// must rise. A layer that does not exist or has no weight, a channel that does not
// exist and a list without any are errors.
func KeepChannels(n *Network, kept map[string][]int) (*ChannelMask, error) {
	mask := &ChannelMask{layers: make(map[string]channelChoice, len(kept))}
	for _, p := range n.Prunable() {
		channels, ok := kept[p.Layer]
		if !ok {
			continue
		}
		out := p.Shape[len(p.Shape)-1]
		if err := checkChoice(channels, out); err != nil {
			return nil, fmt.Errorf("channels of network %s: layer %s: %w", n.Name, p.Layer, err)
		}
		mask.layers[p.Name] = channelChoice{size: p.Size(), channels: out, kept: slices.Clone(channels)}
	}
	if len(mask.layers) < len(kept) {
		return nil, fmt.Errorf("channels of network %s: %s is no layer with a weight", n.Name, mask.unknown(kept))
	}
	return mask, nil
}

func checkChoice(channels []int, out int) error {
	if len(channels) == 0 {
		return fmt.Errorf("it would lose all of its %d channels: keep at least one", out)
	}
	for i, c := range channels {
		if c < 0 || c >= out {
			return fmt.Errorf("there is no channel %d of %d", c, out)
		}
		if i > 0 && c <= channels[i-1] {
			return fmt.Errorf("channel %d comes after %d: list channels in rising order, each once", c, channels[i-1])
		}
	}
	return nil
}

// unknown is the first layer of a choice that the mask does not have.
func (m *ChannelMask) unknown(kept map[string][]int) string {
	for _, layer := range slices.Sorted(maps.Keys(kept)) {
		if _, ok := m.layers[layer+"."+string(Weight)]; !ok {
			return layer
		}
	}
	return ""
}

// Names lists the masked parameters in alphabetical order.
func (m *ChannelMask) Names() []string { return slices.Sorted(maps.Keys(m.layers)) }

// SizeOf is the number of values of a masked parameter, 0 where it is not masked.
func (m *ChannelMask) SizeOf(parameter string) int { return m.layers[parameter].size }

// CountOf is the number of living values of a masked parameter.
func (m *ChannelMask) CountOf(parameter string) int {
	choice := m.layers[parameter]
	if choice.size == 0 {
		return 0
	}
	return choice.size / choice.channels * len(choice.kept)
}

// Live yields the flat indices of a masked parameter's live values.
func (m *ChannelMask) Live(parameter string) iter.Seq[int] {
	choice := m.layers[parameter]
	return func(yield func(int) bool) {
		for row := 0; row < choice.size; row += choice.channels {
			for _, c := range choice.kept {
				if !yield(row + c) {
					return
				}
			}
		}
	}
}

// CheckMask reports the first parameter in which a mask does not fit a network.
func CheckMask(n *Network, mask WeightMask) error {
	prunable := make(map[string]Parameter)
	for _, p := range n.Prunable() {
		prunable[p.Name] = p
	}
	for _, name := range mask.Names() {
		p, ok := prunable[name]
		if !ok {
			return fmt.Errorf("the mask does not fit: it has %s, which is no weight of the network", name)
		}
		if mask.SizeOf(name) != p.Size() {
			return fmt.Errorf("the mask does not fit: it has %d values for %s, the network %d (shape %v)",
				mask.SizeOf(name), name, p.Size(), p.Shape)
		}
	}
	return nil
}
