package nn

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// KindPadShortcut is the kind of PadShortcut.
const KindPadShortcut Kind = "pad shortcut"

// PadShortcut is the shortcut without parameters where a residual network changes
// its shape, option A of He et al., CVPR 2016: it keeps the pixels at every
// Stride-th row and column, from the first, and puts channels of zeros around the
// input's, half of them on each side (the odd one last).
type PadShortcut struct {
	Out    int
	Stride int // 0 is 1
}

// Kind is KindPadShortcut.
func (l PadShortcut) Kind() Kind { return KindPadShortcut }

func (l PadShortcut) window() Window {
	return Window{Size: 1, Stride: max(l.Stride, 1), Dilation: 1}
}

// Output has Out channels and 1/Stride of each side, rounded up.
func (l PadShortcut) Output(inputs []Shape) (Shape, error) {
	x, err := oneInput(KindPadShortcut, inputs)
	if err != nil {
		return Shape{}, err
	}
	if l.Stride < 0 || l.Out < x.Channels {
		return Shape{}, fmt.Errorf("pad shortcut from %d to %d channels with stride %d: it cannot drop channels nor step back",
			x.Channels, l.Out, l.Stride)
	}
	return Shape{Height: l.window().outputs(x.Height), Width: l.window().outputs(x.Width), Channels: l.Out}, nil
}

// Parameters are none.
func (l PadShortcut) Parameters([]Shape) []Parameter { return nil }

// Build subsamples and pads.
func (l PadShortcut) Build(_ *Builder, inputs []*graph.Node) *graph.Node {
	zero := graph.ScalarZero(inputs[0].Graph(), inputs[0].DType())
	x := l.window().shifts(inputs[0], zero)[0]
	extra := l.Out - x.Shape().Dim(3)
	if extra == 0 {
		return x
	}
	channels := compute.PadAxis{Start: l.Before(l.Out - extra), End: extra - extra/2}
	return graph.Pad(x, zero, compute.PadAxis{}, compute.PadAxis{}, compute.PadAxis{}, channels)
}

// Before is the number of channels of zeros before the input's, of which there are so
// many.
func (l PadShortcut) Before(channels int) int { return (l.Out - channels) / 2 }

func (l PadShortcut) origin(inputs []Shape, _, channel int) int {
	channel -= l.Before(inputs[0].Channels)
	if channel < 0 || channel >= inputs[0].Channels {
		return NoChannel
	}
	return channel
}

func (l PadShortcut) constant(node Node, _ parameters, _ int, inputs []plane, shapes []Shape) plane {
	if inputs[0] == nil {
		return nil
	}
	y := plane(nil).full(node.Shape)
	l.window().visit(shapes[0], func(place, _, pixel int) { y[place] = inputs[0][pixel] })
	return y
}

// narrow leaves the channels of zeros out: where they are read, the builder puts
// back those that are needed.
func (l PadShortcut) narrow(_ []Shape, _ [][]int, out []int) Layer {
	return PadShortcut{Out: len(out), Stride: l.Stride}
}

// pads is the layer that also adds the channels of zeros by which a wider set of
// channels differs from those that this one keeps; ok is false where they do not
// lie half on each side, as they must.
func (l PadShortcut) pads(kept, wider []int) (padded PadShortcut, ok bool) {
	padded = PadShortcut{Out: len(wider), Stride: l.Stride}
	first := padded.Before(len(kept))
	return padded, first+len(kept) <= len(wider) && slices.Equal(wider[first:first+len(kept)], kept)
}
