package sparse

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"espalier/nn"
)

// value is the output of one of the network's layers.
type value struct {
	geometry
	channels []channel
	// layer is the one that computes it if more can be fused into that, else nil.
	layer *layer
	// nonNegative says that no number is below zero, because they were clipped.
	nonNegative bool
}

// ErrNoSparseForm says that a network has a layer which only the paths Dense and Shrunk
// compute.
var ErrNoSparseForm = errors.New("there is no sparse form")

// lowering turns a network's layers into those of a sparse program.
type lowering struct {
	layout
	network *nn.Network
	weights nn.Weights
	readers map[int]int
	values  []value
	layers  []*layer
	input   *buffer
}

// lower lowers a network. Weights of zero take no part.
func lower(n *nn.Network, weights nn.Weights, l layout) (*lowering, error) {
	w := &lowering{layout: l, network: n, weights: weights, readers: make(map[int]int)}
	for _, node := range n.Nodes {
		for _, input := range node.Inputs {
			w.readers[input]++
		}
	}
	w.input = &buffer{geometry: l.geometry(n.Input.Height, n.Input.Width), planes: n.Input.Channels, stays: true}
	for i, node := range n.Nodes {
		v, err := w.lower(i, node)
		if err != nil {
			return nil, fmt.Errorf("layer %s: %w", node.Name, err)
		}
		w.values = append(w.values, v)
	}
	return w, nil
}

// output is what the network computes.
func (l *lowering) output() value { return l.values[len(l.values)-1] }

// value is a layer's output, or the network's input. If more than one layer reads it,
// nothing can be fused into it.
func (l *lowering) value(index int) value {
	if index == nn.Input {
		return value{geometry: l.input.geometry, channels: l.input.channels()}
	}
	v := l.values[index]
	if l.readers[index] > 1 {
		v.layer = nil
	}
	return v
}

func (l *lowering) lower(i int, node nn.Node) (value, error) {
	x := l.value(node.Inputs[0])
	switch layer := node.Layer.(type) {
	case nn.Convolution:
		return l.convolve(node, layer, x), nil
	case nn.Linear:
		return l.multiply(node, x), nil
	case nn.MeanPool:
		w, _ := nn.WindowOf(layer)
		return l.pool(node, x, w, 1/float32(w.Size*w.Size)), nil
	case nn.GlobalMeanPool:
		return l.mean(node, x), nil
	case nn.MaxPool:
		return l.greatest(node, x)
	case nn.BatchNorm:
		return l.normalise(node, layer, x), nil
	case nn.Activation:
		return l.activate(node, layer, x), nil
	case nn.Add:
		for _, input := range node.Inputs[1:] {
			x = l.add(node, x, l.value(input))
		}
		return x, nil
	case nn.BiasMap:
		constant := &buffer{geometry: x.geometry, planes: len(x.channels), stays: true, constant: l.parameter(node, nn.Bias)}
		return l.add(node, x, value{geometry: x.geometry, channels: constant.channels()}), nil
	case nn.Concat:
		for _, input := range node.Inputs[1:] {
			x.channels = slices.Concat(x.channels, l.value(input).channels)
		}
		x.layer, x.nonNegative = nil, false
		return x, nil
	case nn.SelectChannels:
		return x.choose(layer.Channels), nil
	case nn.ChannelShuffle:
		return x.choose(shuffled(layer.Groups, len(x.channels))), nil
	case nn.PadShortcut:
		return l.pad(node, layer, x), nil
	}
	return value{}, fmt.Errorf("%w of %s", ErrNoSparseForm, node.Layer.Kind())
}

func (l *lowering) parameter(node nn.Node, role nn.Role) []float32 {
	return l.weights[node.Name+"."+string(role)]
}

// choose returns a value with some of x's channels in some order; for nn.NoChannel it has
// zeros.
func (x value) choose(channels []int) value {
	chosen := make([]channel, len(channels))
	for i, c := range channels {
		if c != nn.NoChannel {
			chosen[i] = x.channels[c]
		}
	}
	return value{geometry: x.geometry, channels: chosen, nonNegative: x.nonNegative}
}

// shuffled is the order into which a shuffle of n channels puts them.
func shuffled(groups, n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i%groups*(n/groups) + i/groups
	}
	return order
}

// add adds two values. It fuses the sum into one of the layers that compute them, the later
// one if both are open, and moves that layer to the end, which is possible because no
// other layer reads it.
func (l *lowering) add(node nn.Node, x, y value) value {
	if later := slices.Index(l.layers, y.layer) > slices.Index(l.layers, x.layer); later && y.layer.open() || !x.layer.open() {
		x, y = y, x
	}
	if !x.layer.open() {
		x = l.identity(node, x)
	}
	at := slices.Index(l.layers, x.layer)
	l.layers = append(slices.Delete(l.layers, at, at+1), x.layer)
	x.layer.residual = y.present().channels
	x.layer.kinds = append(x.layer.kinds, node.Layer.Kind())
	x.nonNegative = false
	return x
}

// open says that batch norm or a residual can be fused into the layer.
func (l *layer) open() bool {
	return l != nil && l.residual == nil && l.clip == nil && !l.greatest
}

// present is the value with a plane of zeros for each channel that has no buffer.
func (x value) present() value {
	zeros := &buffer{geometry: x.geometry, planes: 1, stays: true}
	x.channels = slices.Clone(x.channels)
	for i, c := range x.channels {
		if c.buffer == nil {
			x.channels[i] = channel{zeros, 0}
		}
	}
	return x
}

// normalise folds batch norm into the layer that computes its input.
func (l *lowering) normalise(node nn.Node, layer nn.BatchNorm, x value) value {
	if !x.layer.open() {
		x = l.identity(node, x)
	}
	scale, offset := l.parameter(node, nn.Scale), l.parameter(node, nn.Offset)
	mean, variance := l.parameter(node, nn.RunningMean), l.parameter(node, nn.RunningVariance)
	for c := range x.layer.rows {
		r := &x.layer.rows[c]
		factor := float64(scale[c]) / math.Sqrt(float64(variance[c])+layer.WithDefaults().Epsilon)
		r.bias = float32((float64(r.bias)-float64(mean[c]))*factor + float64(offset[c]))
		for i := range r.taps {
			r.taps[i].weight = float32(float64(r.taps[i].weight) * factor)
		}
	}
	x.layer.kinds = append(x.layer.kinds, node.Layer.Kind())
	return x
}

// activate clips the results of the layer that computes its input.
func (l *lowering) activate(node nn.Node, layer nn.Activation, x value) value {
	if x.layer == nil || x.layer.clip != nil {
		x = l.identity(node, x)
	}
	x.layer.clip = &[2]float32{0, float32(math.Inf(1))}
	if layer == nn.ReLU6 {
		x.layer.clip[1] = 6
	}
	x.layer.kinds = append(x.layer.kinds, node.Layer.Kind())
	x.nonNegative = true
	return x
}

// pad takes every Stride-th pixel and puts channels of zeros before and after the input's.
func (l *lowering) pad(node nn.Node, layer nn.PadShortcut, x value) value {
	if w, _ := nn.WindowOf(layer); w.Stride > 1 {
		x = l.pool(node, x, w, 1)
	}
	channels := make([]channel, layer.Out)
	copy(channels[layer.Before(len(x.channels)):], x.channels)
	return value{geometry: x.geometry, channels: channels, nonNegative: x.nonNegative}
}
