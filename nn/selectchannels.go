package nn

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// KindSelectChannels is the kind of SelectChannels.
const KindSelectChannels Kind = "select channels"

// SelectChannels rearranges channels: output channel o is the input's channel
// Channels[o], or zeros where that is NoChannel. It connects layers of a shrunk network
// that have kept different channels.
type SelectChannels struct {
	Channels []int
}

// NoChannel stands for a channel of zeros.
const NoChannel = -1

// Kind is KindSelectChannels.
func (l SelectChannels) Kind() Kind { return KindSelectChannels }

// Output has a channel for each entry of Channels.
func (l SelectChannels) Output(inputs []Shape) (Shape, error) {
	x, err := oneInput(KindSelectChannels, inputs)
	if err != nil {
		return Shape{}, err
	}
	if len(l.Channels) == 0 {
		return Shape{}, fmt.Errorf("%s selects none", KindSelectChannels)
	}
	for _, c := range l.Channels {
		if c < NoChannel || c >= x.Channels {
			return Shape{}, fmt.Errorf("%s: there is no channel %d of %d", KindSelectChannels, c, x.Channels)
		}
	}
	x.Channels = len(l.Channels)
	return x, nil
}

// Parameters are none.
func (l SelectChannels) Parameters([]Shape) []Parameter { return nil }

// maxRuns is how many runs of neighbouring channels are still copied one by one.
const maxRuns = 4

// Build copies runs of channels, or multiplies by a matrix of zeros and ones where
// there are many: backends gather along the last axis value by value.
func (l SelectChannels) Build(_ *Builder, inputs []*graph.Node) *graph.Node {
	x := inputs[0]
	runs := channelRuns(l.Channels)
	if len(runs) > maxRuns {
		return l.multiply(x)
	}
	parts := make([]*graph.Node, len(runs))
	for i, run := range runs {
		if run[0] == NoChannel {
			parts[i] = zeroChannels(x, len(run))
		} else {
			parts[i] = graph.SliceAxis(x, 3, graph.AxisRange(run[0], run[0]+len(run)))
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return graph.Concatenate(parts, 3)
}

// zeroChannels are n channels of zeros of x's height and width.
func zeroChannels(x *graph.Node, n int) *graph.Node {
	shape := x.Shape().Clone()
	shape.Dimensions[3] = n
	return graph.Zeros(x.Graph(), shape)
}

func (l SelectChannels) multiply(x *graph.Node) *graph.Node {
	d, out := x.Shape().Dimensions, len(l.Channels)
	matrix := make([]float32, d[3]*out)
	for o, c := range l.Channels {
		if c != NoChannel {
			matrix[c*out+o] = 1
		}
	}
	selection := graph.ConvertDType(graph.Const(x.Graph(), tensors.FromFlatDataAndDimensions(matrix, d[3], out)), x.DType())
	y := graph.MatMul(graph.Reshape(x, d[0]*d[1]*d[2], d[3]), selection)
	return graph.Reshape(y, d[0], d[1], d[2], out)
}

// channelRuns cuts channels into runs that rise by one, and runs of NoChannel.
func channelRuns(channels []int) [][]int {
	var runs [][]int
	start := 0
	for i := 1; i <= len(channels); i++ {
		if i < len(channels) && continues(channels[i-1], channels[i]) {
			continue
		}
		runs = append(runs, channels[start:i])
		start = i
	}
	return runs
}

func continues(before, c int) bool {
	if before == NoChannel {
		return c == NoChannel
	}
	return c == before+1
}

func (l SelectChannels) origin(_ []Shape, _, channel int) int { return l.Channels[channel] }

func (l SelectChannels) constant(_ Node, _ parameters, _ int, inputs []plane, _ []Shape) plane {
	return inputs[0]
}

func (l SelectChannels) narrow(_ []Shape, kept [][]int, out []int) Layer {
	channels := make([]int, len(out))
	for i, o := range out {
		channels[i], _ = slices.BinarySearch(kept[0], l.Channels[o])
	}
	return selection(channels, len(kept[0]))
}

// selection is the layer that selects channels of n, nil where that changes
// nothing.
func selection(channels []int, n int) Layer {
	if len(channels) == n && len(channelRuns(channels)) == 1 && channels[0] == 0 {
		return nil
	}
	return SelectChannels{Channels: channels}
}
