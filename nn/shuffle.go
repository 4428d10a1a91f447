package nn

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
)

// KindChannelShuffle is the kind of ChannelShuffle.
const KindChannelShuffle Kind = "channel shuffle"

// ChannelShuffle interleaves the channels of Groups equal parts: channel c of part g
// goes to c·Groups + g, so that the groups of the next grouped convolution read from
// all of them; Zhang et al., ShuffleNet, CVPR 2018.
type ChannelShuffle struct {
	Groups int
}

// Kind is KindChannelShuffle.
func (l ChannelShuffle) Kind() Kind { return KindChannelShuffle }

// Output is the input's shape.
func (l ChannelShuffle) Output(inputs []Shape) (Shape, error) {
	x, err := oneInput(KindChannelShuffle, inputs)
	if err != nil {
		return Shape{}, err
	}
	if l.Groups < 1 || x.Channels%l.Groups != 0 {
		return Shape{}, fmt.Errorf("channel shuffle: %d groups do not divide %d channels", l.Groups, x.Channels)
	}
	return x, nil
}

// Parameters are none.
func (l ChannelShuffle) Parameters([]Shape) []Parameter { return nil }

// Build transposes groups and channels within groups.
func (l ChannelShuffle) Build(_ *Builder, inputs []*graph.Node) *graph.Node {
	d := inputs[0].Shape().Dimensions
	x := graph.Reshape(inputs[0], d[0], d[1], d[2], l.Groups, d[3]/l.Groups)
	return graph.Reshape(graph.Transpose(x, 3, 4), d...)
}

func (l ChannelShuffle) origin(inputs []Shape, _, channel int) int {
	return channel%l.Groups*(inputs[0].Channels/l.Groups) + channel/l.Groups
}

func (l ChannelShuffle) constant(_ Node, _ parameters, _ int, inputs []plane, _ []Shape) plane {
	return inputs[0]
}

// narrow is a shuffle where the parts have kept equally many channels of the same
// places, and a selection otherwise.
func (l ChannelShuffle) narrow(inputs []Shape, kept [][]int, out []int) Layer {
	channels := make([]int, len(out))
	shuffles := len(out)%l.Groups == 0
	for i, o := range out {
		channels[i], _ = slices.BinarySearch(kept[0], l.origin(inputs, 0, o))
		shuffles = shuffles && channels[i] == l.origin([]Shape{Vector(len(out))}, 0, i)
	}
	if shuffles {
		return l
	}
	return selection(channels, len(kept[0]))
}
