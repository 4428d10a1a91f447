package nn

import (
	"fmt"

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

func (l PadShortcut) window() window {
	return window{size: 1, stride: max(l.Stride, 1), dilation: 1}
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
	channels := compute.PadAxis{Start: extra / 2, End: extra - extra/2}
	return graph.Pad(x, zero, compute.PadAxis{}, compute.PadAxis{}, compute.PadAxis{}, channels)
}
