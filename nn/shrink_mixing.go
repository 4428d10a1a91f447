package nn

import "slices"

// arrangement lists a convolution's channels in the shrunk network: groups of equal size,
// filled up with NoChannel.
type arrangement struct {
	groups          int
	inputs, outputs []int
}

// addMixing adds a convolution or a linear layer, with what constant channels add
// to it.
func (b *shrinker) addMixing(i int, node Node) int {
	if layer, ok := node.Layer.(Convolution); ok {
		return b.addConvolution(i, node, layer)
	}
	layer := node.Layer.(Linear)
	layer.Out = len(b.kept[i])
	x := b.add(node.Name, layer, b.index(node.Inputs[0]))
	b.cutLinear(i, node)
	return b.addConstants(i, node, x, b.kept[i])
}

func (b *shrinker) addConvolution(i int, node Node, layer Convolution) int {
	a := b.arrangement(i, node)
	input := node.Inputs[0]
	x, kept := b.index(input), b.keptOf(input)
	if !slices.Equal(kept, a.inputs) {
		x = b.sel(input, x, positions(kept, a.inputs))
	}
	layer.Out, layer.Groups = len(a.outputs), a.layerGroups(layer)
	x = b.add(node.Name, layer, x)
	b.cutConvolution(i, a)
	x = b.addConstants(i, node, x, a.outputs)
	if !slices.Equal(a.outputs, b.kept[i]) {
		x = b.sel(i, x, placesOf(b.kept[i], a.outputs))
	}
	return x
}

// arrangement finds the groups that a convolution keeps, and gives them equal sizes.
func (b *shrinker) arrangement(i int, node Node) arrangement {
	l := b.links[i]
	inputs := parts(b.keptOf(node.Inputs[0]), l.inputs, l.groups)
	outputs := parts(b.kept[i], l.outputs/l.groups, l.groups)
	in, out := 1, 1
	for g := range l.groups {
		if len(outputs[g]) > 0 {
			in, out = max(in, len(inputs[g])), max(out, len(outputs[g]))
		}
	}
	var a arrangement
	for g := range l.groups {
		if len(outputs[g]) > 0 {
			a.groups++
			a.inputs = append(a.inputs, filled(inputs[g], in)...)
			a.outputs = append(a.outputs, filled(outputs[g], out)...)
		}
	}
	return a
}

// layerGroups is the number of groups for the layer's field, which stays 0 if it was.
func (a arrangement) layerGroups(l Convolution) int {
	if l.Groups == 0 {
		return 0
	}
	return a.groups
}

// parts divides a sorted list of channels by the groups to which they belong, groups of
// size channels each.
func parts(channels []int, size, groups int) [][]int {
	cut := make([][]int, groups)
	for _, c := range channels {
		cut[c/size] = append(cut[c/size], c)
	}
	return cut
}

// filled is a list of channels, extended to length n by NoChannel.
func filled(channels []int, n int) []int {
	return append(slices.Clone(channels), slices.Repeat([]int{NoChannel}, n-len(channels))...)
}

// placesOf are the places of the kept channels in an arrangement.
func placesOf(kept, arranged []int) []int {
	places := make([]int, len(kept))
	for i, c := range kept {
		places[i] = slices.Index(arranged, c)
	}
	return places
}

// cutConvolution records where the parameters of a convolution come from.
func (b *shrinker) cutConvolution(i int, a arrangement) {
	b.cutChannels(i, a.outputs)
	p, l := b.owned[i][0], b.links[i]
	b.origins[p.Name] = func() []int {
		taps := p.Shape[0] * p.Shape[1]
		in, out := len(a.inputs)/a.groups, len(a.outputs)/a.groups
		origins := make([]int, 0, taps*in*len(a.outputs))
		for tap := range taps {
			for j := range in {
				for o, channel := range a.outputs {
					input := a.inputs[o/out*in+j]
					if channel == NoChannel || input == NoChannel {
						origins = append(origins, NoChannel)
						continue
					}
					origins = append(origins, (tap*l.inputs+input%l.inputs)*l.outputs+channel)
				}
			}
		}
		return origins
	}
}

// cutLinear records where the parameters of a linear layer come from.
func (b *shrinker) cutLinear(i int, node Node) {
	b.cutChannels(i, b.kept[i])
	p, l, kept := b.owned[i][0], b.links[i], b.keptOf(node.Inputs[0])
	b.origins[p.Name] = func() []int {
		pixels := p.Shape[0] / l.inputs
		origins := make([]int, 0, pixels*len(kept)*len(b.kept[i]))
		for pixel := range pixels {
			for _, in := range kept {
				for _, out := range b.kept[i] {
					origins = append(origins, (pixel*l.inputs+in)*l.outputs+out)
				}
			}
		}
		return origins
	}
}

// addConstants adds what constant channels contribute to layer x, the last one that was
// added: to its bias if the contribution is the same at every pixel, else as a bias map.
func (b *shrinker) addConstants(i int, node Node, x int, outputs []int) int {
	if b.constants == nil {
		return x
	}
	p := parametersOf(node, b.weights)
	planes := make([]plane, len(outputs))
	for j, c := range outputs {
		if c != NoChannel {
			planes[j] = b.contribution(b.constants, i, p, c)
		}
	}
	switch {
	case !slices.ContainsFunc(planes, plane.some):
		return x
	case slices.ContainsFunc(planes, plane.varies):
		return b.addPlanes(node, x, planes)
	}
	b.addBias(node, x, planes)
	return x
}

// addBias adds planes that do not vary to the bias of layer x.
func (b *shrinker) addBias(node Node, x int, planes []plane) {
	values := make([]float32, len(planes))
	for c, p := range planes {
		if p != nil {
			values[c] = p[0]
		}
	}
	switch layer := b.nodes[x].Layer.(type) {
	case Convolution:
		layer.NoBias = false
		b.nodes[x].Layer = layer
	case Linear:
		layer.NoBias = false
		b.nodes[x].Layer = layer
	}
	b.added[node.Name+"."+string(Bias)] = values
}
