package export

import (
	"fmt"
	"slices"

	"espalier/nn"
)

// addLayer adds the operators of one layer.
func (g *onnxGraph) addLayer(node nn.Node) error {
	var y string
	flat := node.Shape.Height*node.Shape.Width == 1 && g.allFlat(node.Inputs)
	switch layer := node.Layer.(type) {
	case nn.Convolution:
		y, flat = g.addConvolution(node, layer), false
	case nn.Linear:
		y, flat = g.addLinear(node, layer), true
	case nn.BatchNorm:
		y = g.add("BatchNormalization", node.Name, []string{
			g.value(node.Inputs[0]), node.Name + ".weight", node.Name + ".bias", node.Name + ".running_mean", node.Name + ".running_var",
		}, floatAttribute("epsilon", layer.WithDefaults().Epsilon))
	case nn.Activation:
		y = g.addActivation(node, layer)
	case nn.MaxPool:
		y, flat = g.addPool("MaxPool", node), false
	case nn.MeanPool:
		y, flat = g.addPool("AveragePool", node, intAttribute("count_include_pad", 1)), false
	case nn.GlobalMeanPool:
		y, flat = g.add("GlobalAveragePool", node.Name, g.imagesOf(node)), false
	case nn.Add:
		y = g.add("Sum", node.Name, g.alike(node))
	case nn.Concat:
		y = g.add("Concat", node.Name, g.alike(node), intAttribute("axis", 1))
	case nn.PadShortcut:
		y, flat = g.addPadShortcut(node, layer), false
	case nn.ChannelShuffle:
		y, flat = g.addShuffle(node, layer), false
	case nn.SelectChannels:
		y, flat = g.addSelection(node, layer), false
	case nn.BiasMap:
		y, flat = g.add("Add", node.Name, append(g.imagesOf(node), node.Name+".bias")), false
	default:
		return fmt.Errorf("it has no form for a layer of kind %s", node.Layer.Kind())
	}
	g.values, g.flat = append(g.values, y), append(g.flat, flat)
	return nil
}

// value is the name of a layer's output, or of the network's input.
func (g *onnxGraph) value(node int) string {
	if node == nn.Input {
		return g.input
	}
	return g.values[node]
}

func (g *onnxGraph) allFlat(nodes []int) bool {
	return !slices.ContainsFunc(nodes, func(node int) bool { return node == nn.Input || !g.flat[node] })
}

// image is the name of a layer's output as [batch, channels, height, width].
func (g *onnxGraph) image(node int) string {
	if node == nn.Input || !g.flat[node] {
		return g.value(node)
	}
	if g.images[node] == "" {
		name := g.values[node] + ".image"
		shape := g.integers(name+".shape", 0, -1, 1, 1)
		g.images[node] = g.add("Reshape", name, []string{g.values[node], shape})
	}
	return g.images[node]
}

func (g *onnxGraph) imagesOf(node nn.Node) []string {
	names := make([]string, len(node.Inputs))
	for i, input := range node.Inputs {
		names[i] = g.image(input)
	}
	return names
}

// alike are the names of a layer's inputs, brought to one form: all flat or all images.
func (g *onnxGraph) alike(node nn.Node) []string {
	if !g.allFlat(node.Inputs) {
		return g.imagesOf(node)
	}
	names := make([]string, len(node.Inputs))
	for i, input := range node.Inputs {
		names[i] = g.value(input)
	}
	return names
}

func (g *onnxGraph) addConvolution(node nn.Node, l nn.Convolution) string {
	inputs := append(g.imagesOf(node), node.Name+".weight")
	if !l.NoBias {
		inputs = append(inputs, node.Name+".bias")
	}
	l = l.WithDefaults()
	return g.add("Conv", node.Name, inputs, append(windowAttributes(l),
		intsAttribute("dilations", l.Dilation, l.Dilation), intAttribute("group", l.Groups))...)
}

// windowAttributes are the attributes of a layer with a window, except its dilation.
func windowAttributes(layer nn.Layer) []message {
	w, _ := nn.WindowOf(layer)
	return []message{
		intsAttribute("kernel_shape", w.Size, w.Size), intsAttribute("strides", w.Stride, w.Stride),
		intsAttribute("pads", w.Padding, w.Padding, w.Padding, w.Padding),
	}
}

func (g *onnxGraph) addPool(operator string, node nn.Node, attributes ...message) string {
	return g.add(operator, node.Name, g.imagesOf(node), append(windowAttributes(node.Layer), attributes...)...)
}

func (g *onnxGraph) addLinear(node nn.Node, l nn.Linear) string {
	x := g.value(node.Inputs[0])
	if !g.allFlat(node.Inputs) {
		x = g.add("Flatten", node.Name+".flat", []string{x}, intAttribute("axis", 1))
	}
	inputs := []string{x, node.Name + ".weight"}
	if !l.NoBias {
		inputs = append(inputs, node.Name+".bias")
	}
	return g.add("Gemm", node.Name, inputs, intAttribute("transB", 1))
}

func (g *onnxGraph) addActivation(node nn.Node, a nn.Activation) string {
	x := []string{g.value(node.Inputs[0])}
	if a == nn.ReLU6 {
		return g.add("Clip", node.Name, append(x, g.scalar(node.Name+".min", 0), g.scalar(node.Name+".max", 6)))
	}
	return g.add("Relu", node.Name, x)
}

// addPadShortcut slices every Stride-th pixel and pads channels.
func (g *onnxGraph) addPadShortcut(node nn.Node, l nn.PadShortcut) string {
	name, x := node.Name, g.image(node.Inputs[0])
	channels := g.shape(node.Inputs[0]).Channels
	before := l.Before(channels)
	if stride := max(l.Stride, 1); stride > 1 {
		const end = 1 << 31
		x = g.add("Slice", name+".pixels", []string{
			x, g.integers(name+".starts", 0, 0), g.integers(name+".ends", end, end),
			g.integers(name+".axes", 2, 3), g.integers(name+".steps", stride, stride),
		})
	}
	return g.pad(name, x, before, l.Out-channels-before)
}

// pad adds channels of zeros on both sides.
func (g *onnxGraph) pad(name, x string, before, after int) string {
	return g.add("Pad", name, []string{x, g.integers(name+".pads", 0, before, 0, 0, 0, after, 0, 0)})
}

func (g *onnxGraph) shape(node int) nn.Shape {
	if node == nn.Input {
		return g.network.Input
	}
	return g.network.Nodes[node].Shape
}

func (g *onnxGraph) addShuffle(node nn.Node, l nn.ChannelShuffle) string {
	name, s := node.Name, node.Shape
	x := g.add("Reshape", name+".groups", []string{
		g.image(node.Inputs[0]), g.integers(name+".groups.shape", 0, l.Groups, s.Channels/l.Groups, s.Height, s.Width),
	})
	x = g.add("Transpose", name+".turned", []string{x}, intsAttribute("perm", 0, 2, 1, 3, 4))
	return g.add("Reshape", name, []string{x, g.integers(name+".shape", 0, s.Channels, s.Height, s.Width)})
}

// addSelection gathers channels. For nn.NoChannel it appends a channel of zeros to the
// input and takes that.
func (g *onnxGraph) addSelection(node nn.Node, l nn.SelectChannels) string {
	name, x := node.Name, g.image(node.Inputs[0])
	channels := slices.Clone(l.Channels)
	if slices.Contains(channels, nn.NoChannel) {
		x = g.pad(name+".zero", x, 0, 1)
		for i, c := range channels {
			if c == nn.NoChannel {
				channels[i] = g.shape(node.Inputs[0]).Channels
			}
		}
	}
	return g.add("Gather", name, []string{x, g.integers(name+".channels", channels...)}, intAttribute("axis", 1))
}
