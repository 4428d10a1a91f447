package sparse

import (
	"fmt"
	"math"

	"espalier/nn"
)

// newLayer adds a layer that computes the output of one of the network's, and returns
// its value. The layer has no rows yet.
func (l *lowering) newLayer(node nn.Node, in geometry, channels int) value {
	out := &buffer{geometry: l.geometry(node.Shape.Height, node.Shape.Width), planes: channels}
	layer := &layer{name: node.Name, kinds: []nn.Kind{node.Layer.Kind()}, in: in, out: out, stride: 1, rows: make([]row, channels)}
	l.layers = append(l.layers, layer)
	return value{geometry: out.geometry, channels: out.channels(), layer: layer}
}

// identity adds a layer that copies a value, so that something can be fused into it.
func (l *lowering) identity(node nn.Node, x value) value {
	y := l.newLayer(node, x.geometry, len(x.channels))
	y.layer.kinds = nil
	for c, from := range x.channels {
		if from.buffer != nil {
			y.layer.rows[c].taps = []tap{{channel: from, weight: 1}}
		}
	}
	y.nonNegative = x.nonNegative
	return y
}

// slide makes a layer read its input x through a window, and returns a function for the
// tap at row i and column j of the window in channel c. Taps read the input itself, or its
// phases if vectors are pixels and the lines of the input do not lie like those of the
// output.
func (l *lowering) slide(y *layer, x value, w nn.Window) func(c, i, j int) tap {
	single := y.out.height == 1 && y.out.width == 1
	if l.byPixel() && !single && (w.Stride > 1 || x.pitch != y.out.pitch) {
		y.phases = newPhases(l.layout, w, x.channels, x.geometry, y.out.geometry)
		y.in = y.phases.to.geometry
		return y.phases.tap
	}
	y.stride = w.Stride
	return func(c, i, j int) tap {
		return tap{channel: x.channels[c], y: i*w.Dilation - w.Padding, x: j*w.Dilation - w.Padding}
	}
}

// convolve lowers a convolution to a row for each output channel, with a tap for each
// weight that is not zero. Taps are in the order of channels, so that neighbouring taps
// are near each other in memory.
func (l *lowering) convolve(node nn.Node, layer nn.Convolution, x value) value {
	y := l.newLayer(node, x.geometry, layer.Out)
	w, _ := nn.WindowOf(layer)
	find := l.slide(y.layer, x, w)
	weight, bias := l.parameter(node, nn.Weight), l.parameter(node, nn.Bias)
	groups := max(layer.Groups, 1)
	in, out := len(x.channels)/groups, layer.Out/groups
	for o := range layer.Out {
		r := &y.layer.rows[o]
		if bias != nil {
			r.bias = bias[o]
		}
		for c := range in {
			from := o/out*in + c
			if x.channels[from].buffer == nil {
				continue
			}
			for k := range w.Size * w.Size {
				r.add(find(from, k/w.Size, k%w.Size), weight[(k*in+c)*layer.Out+o])
			}
		}
	}
	return y
}

// add adds a tap if its weight is not zero.
func (r *row) add(t tap, weight float32) {
	if weight != 0 {
		t.weight = weight
		r.taps = append(r.taps, t)
	}
}

// multiply is a linear layer: a convolution of all of its input.
func (l *lowering) multiply(node nn.Node, x value) value {
	outputs := node.Shape.Channels
	y := l.newLayer(node, x.geometry, outputs)
	weight, bias := l.parameter(node, nn.Weight), l.parameter(node, nn.Bias)
	for o := range outputs {
		r := &y.layer.rows[o]
		if bias != nil {
			r.bias = bias[o]
		}
		for c, from := range x.channels {
			if from.buffer == nil {
				continue
			}
			for pixel := range x.height * x.width {
				r.add(tap{channel: from, y: pixel / x.width, x: pixel % x.width}, weight[(pixel*len(x.channels)+c)*outputs+o])
			}
		}
	}
	return y
}

// pool lowers to the sum of each channel's window, times a weight.
func (l *lowering) pool(node nn.Node, x value, w nn.Window, weight float32) value {
	y := l.newLayer(node, x.geometry, len(x.channels))
	find := l.slide(y.layer, x, w)
	for c, from := range x.channels {
		if from.buffer == nil {
			continue
		}
		for k := range w.Size * w.Size {
			y.layer.rows[c].add(find(c, k/w.Size, k%w.Size), weight)
		}
	}
	y.nonNegative = x.nonNegative
	return y
}

// mean lowers to the mean of each channel.
func (l *lowering) mean(node nn.Node, x value) value {
	y := l.newLayer(node, x.geometry, len(x.channels))
	pixels := x.height * x.width
	for c, from := range x.channels {
		if from.buffer == nil {
			continue
		}
		for pixel := range pixels {
			y.layer.rows[c].add(tap{channel: from, y: pixel / x.width, x: pixel % x.width}, 1/float32(pixels))
		}
	}
	y.nonNegative = x.nonNegative
	return y
}

// greatest lowers to the greatest number of each channel's window. Padding must not count.
// The zeros of the margins do not if no number is negative; other padded inputs are
// refused.
func (l *lowering) greatest(node nn.Node, x value) (value, error) {
	w, _ := nn.WindowOf(node.Layer)
	if w.Padding > 0 && !x.nonNegative {
		return value{}, fmt.Errorf("%w of a max pool with padding around what may be negative", ErrNoSparseForm)
	}
	x = x.present()
	y := l.newLayer(node, x.geometry, len(x.channels))
	y.layer.greatest = true
	find := l.slide(y.layer, x, w)
	for c := range x.channels {
		y.layer.rows[c].bias = float32(math.Inf(-1))
		for k := range w.Size * w.Size {
			y.layer.rows[c].taps = append(y.layer.rows[c].taps, find(c, k/w.Size, k%w.Size))
		}
	}
	y.nonNegative = x.nonNegative
	return y, nil
}
