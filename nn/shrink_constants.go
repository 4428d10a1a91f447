package nn

// constants has, for each layer, the planes of its removed channels at inference, by the
// channel. Planes that are zero are not in it.
type constants []map[int]plane

// constants computes the planes of dead channels at inference.
func (t *trace) constants(weights Weights) constants {
	n := t.network
	values := make(constants, len(n.Nodes))
	for i, node := range n.Nodes {
		values[i] = make(map[int]plane)
		p := parametersOf(node, weights)
		for c, dead := range t.dead[i] {
			if !dead {
				continue
			}
			y := t.constant(values, i, p, c)
			if y = y.reduced(); y != nil {
				values[i][c] = y
			}
		}
	}
	return values
}

func parametersOf(node Node, weights Weights) parameters {
	return func(role Role) []float32 { return weights[node.Name+"."+string(role)] }
}

// of is the plane of a channel of a layer or of the network's input.
func (c constants) of(node, channel int) plane {
	if node == Input || c == nil || channel == NoChannel {
		return nil
	}
	return c[node][channel]
}

// constant is the plane of one dead channel of a layer.
func (t *trace) constant(values constants, i int, p parameters, channel int) plane {
	node, shapes := t.network.Nodes[i], t.network.InputShapes(i)
	if layer, ok := node.Layer.(channelwise); ok {
		inputs := make([]plane, len(node.Inputs))
		for j, input := range node.Inputs {
			inputs[j] = values.of(input, layer.origin(shapes, j, channel))
		}
		return layer.constant(node, p, channel, inputs, shapes)
	}
	y := t.contribution(values, i, p, channel).full(node.Shape)
	if bias := p(Bias); bias != nil {
		for j := range y {
			y[j] += bias[channel]
		}
	}
	return y
}

// contribution is what constant channels add to one output channel of a
// convolution or a linear layer, without the bias.
func (t *trace) contribution(values constants, i int, p parameters, out int) plane {
	node, shape := t.network.Nodes[i], t.network.InputShapes(i)[0]
	l, weight := t.links[i], p(Weight)
	sums := make([]float64, node.Shape.Height*node.Shape.Width)
	for in := range l.inputs {
		x := values.of(node.Inputs[0], l.input(in, out))
		if x == nil || !l.live[in*l.outputs+out] {
			continue
		}
		tap := func(k int) float64 { return float64(weight[(k*l.inputs+in)*l.outputs+out]) }
		if layer, ok := node.Layer.(Convolution); ok {
			layer.window().visit(shape, func(place, k, pixel int) { sums[place] += tap(k) * float64(x[pixel]) })
			continue
		}
		for pixel, v := range x {
			sums[0] += tap(pixel) * float64(v)
		}
	}
	y := make(plane, len(sums))
	for j, sum := range sums {
		y[j] = float32(sum)
	}
	return y.reduced()
}
