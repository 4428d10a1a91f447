package sparse

import (
	"cmp"

	"espalier/nn"
)

// window is the square of pixels that a layer reads for each of its output.
type window struct {
	size, stride, padding, dilation int
}

// windowOf is the window of a layer that has one; ok is false for others.
func windowOf(layer nn.Layer) (w window, ok bool) {
	switch l := layer.(type) {
	case nn.Convolution:
		return window{l.Kernel, max(l.Stride, 1), l.Padding, max(l.Dilation, 1)}, true
	case nn.MaxPool:
		return window{l.Window, cmp.Or(l.Stride, l.Window), l.Padding, 1}, true
	case nn.MeanPool:
		return window{l.Window, cmp.Or(l.Stride, l.Window), l.Padding, 1}, true
	case nn.PadShortcut:
		return window{1, max(l.Stride, 1), 0, 1}, true
	}
	return window{}, false
}

// reach is how many pixels of the output the window spans beyond one.
func (w window) reach() int { return (w.size - 1) * w.dilation / w.stride }
