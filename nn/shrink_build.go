package nn

import (
	"maps"
	"slices"
)

// shrinker builds the shrunk network of a trace.
type shrinker struct {
	*trace
	// weights are the whole network's under the mask, nil if there are none.
	weights   Weights
	constants constants

	nodes []Node
	names map[string]bool
	// at has for each of the network's layers the index in nodes of its replacement.
	at []int
	// readers counts for each layer the inputs of layers that read it.
	readers map[int]int
	// origins and added have for each parameter where its values come from and what is
	// added to them.
	origins map[string]func() []int
	added   Weights
}

func newShrinker(t *trace) *shrinker {
	b := &shrinker{
		trace: t, names: make(map[string]bool), readers: make(map[int]int),
		origins: make(map[string]func() []int), added: make(Weights),
	}
	for _, node := range t.network.Nodes {
		b.names[node.Name] = true
		for _, input := range node.Inputs {
			b.readers[input]++
		}
	}
	return b
}

func (b *shrinker) build() (*Shrunk, error) {
	for i, node := range b.network.Nodes {
		if layer, ok := node.Layer.(channelwise); ok {
			b.at = append(b.at, b.addChannelwise(i, node, layer))
		} else {
			b.at = append(b.at, b.addMixing(i, node))
		}
	}
	b.complete()
	network, err := NewNetwork(b.network.Name, b.network.Input, b.nodes)
	if err != nil {
		return nil, err
	}
	shrunk := &Shrunk{Network: network, origins: b.allOrigins(network)}
	if b.weights != nil {
		shrunk.Weights = b.cut(network, shrunk)
	}
	return shrunk, nil
}

// complete restores outputs of the network that its last layer has lost.
func (b *shrinker) complete() {
	last := len(b.network.Nodes) - 1
	node := b.network.Nodes[last]
	whole := all(node.Shape.Channels)
	x := b.arrange(last, whole)
	b.addBiasMap(node, x, whole, func(c int) plane { return b.constants.of(last, c) })
}

// add appends a layer and returns its index.
func (b *shrinker) add(name string, layer Layer, inputs ...int) int {
	b.nodes = append(b.nodes, Node{Name: name, Layer: layer, Inputs: inputs})
	return len(b.nodes) - 1
}

// name returns an unused name for a new layer that begins with stem.
func (b *shrinker) name(stem string) string {
	for b.names[stem] {
		stem += "_"
	}
	b.names[stem] = true
	return stem
}

// index returns the index in the shrunk network of a layer's output, or Input for the
// network's input.
func (b *shrinker) index(node int) int {
	if node == Input {
		return Input
	}
	return b.at[node]
}

func (b *shrinker) addChannelwise(i int, node Node, layer channelwise) int {
	var inputs []int
	var kept [][]int
	for _, input := range node.Inputs {
		if _, sums := node.Layer.(Add); sums {
			inputs, kept = append(inputs, b.arrange(input, b.kept[i])), append(kept, b.kept[i])
		} else {
			inputs, kept = append(inputs, b.index(input)), append(kept, b.keptOf(input))
		}
	}
	x := inputs[0]
	if narrowed := layer.narrow(b.network.InputShapes(i), kept, b.kept[i]); narrowed != nil {
		x = b.add(node.Name, narrowed, inputs...)
		b.cutChannels(i, b.kept[i])
	}
	if _, sums := node.Layer.(Add); sums {
		return b.addBiasMap(node, x, b.kept[i], func(c int) plane { return b.deadTerms(node, c) })
	}
	return x
}

// deadTerms is what the dead terms of a sum add to a channel.
func (b *shrinker) deadTerms(node Node, channel int) plane {
	terms := make([]plane, len(node.Inputs))
	for j, input := range node.Inputs {
		terms[j] = b.constants.of(input, channel)
	}
	return (Add{}).constant(node, nil, channel, terms, nil).reduced()
}

// cutChannels records that a layer's parameters whose last axis is the output
// channels keep some of them.
func (b *shrinker) cutChannels(i int, kept []int) {
	for _, p := range b.owned[i] {
		b.origins[p.Name] = func() []int { return columns(p.Size(), p.Shape[len(p.Shape)-1], kept) }
	}
}

// columns are the flat indices of some columns of a matrix of size values.
func columns(size, width int, kept []int) []int {
	indices := make([]int, 0, size/width*len(kept))
	for row := 0; row < size; row += width {
		for _, column := range kept {
			if column == NoChannel {
				indices = append(indices, NoChannel)
			} else {
				indices = append(indices, row+column)
			}
		}
	}
	return indices
}

// arrange extends a layer's output to the channels given, which include those that it
// keeps; the others are zero. It returns the index of the result.
func (b *shrinker) arrange(node int, channels []int) int {
	x, kept := b.index(node), b.keptOf(node)
	if slices.Equal(kept, channels) {
		return x
	}
	if node != Input && b.readers[node] == 1 {
		if layer, ok := b.network.Nodes[node].Layer.(PadShortcut); ok {
			if padded, ok := layer.pads(kept, channels); ok {
				b.nodes[x].Layer = padded
				return x
			}
		}
	}
	return b.sel(node, x, positions(kept, channels))
}

// positions are the places of channels in the sorted list of those that are kept, or
// NoChannel for channels that are not.
func positions(kept, channels []int) []int {
	places := make([]int, len(channels))
	for i, c := range channels {
		place, ok := slices.BinarySearch(kept, c)
		if !ok {
			place = NoChannel
		}
		places[i] = place
	}
	return places
}

// sel adds a selection of the channels of x, the replacement of layer node.
func (b *shrinker) sel(node, x int, channels []int) int {
	stem := "input"
	if node != Input {
		stem = b.network.Nodes[node].Name
	}
	return b.add(b.name(stem+".select"), SelectChannels{Channels: channels}, x)
}

// addBiasMap adds a layer for what constant channels contribute to the channels of x, unless
// that is nothing.
func (b *shrinker) addBiasMap(node Node, x int, channels []int, of func(channel int) plane) int {
	if b.constants == nil {
		return x
	}
	planes := make([]plane, len(channels))
	for i, c := range channels {
		planes[i] = of(c)
	}
	if !slices.ContainsFunc(planes, plane.some) {
		return x
	}
	return b.addPlanes(node, x, planes)
}

func (b *shrinker) addPlanes(node Node, x int, planes []plane) int {
	name := b.name(node.Name + ".bias_map")
	values := make([]float32, node.Shape.Height*node.Shape.Width*len(planes))
	for c, p := range planes {
		for pixel, v := range p {
			values[pixel*len(planes)+c] = v
		}
	}
	b.added[name+"."+string(Bias)] = values
	return b.add(name, BiasMap{}, x)
}

// allOrigins are the origins of all parameters, including new ones.
func (b *shrinker) allOrigins(n *Network) map[string]func() []int {
	origins := maps.Clone(b.origins)
	for _, p := range n.Parameters() {
		if origins[p.Name] == nil {
			origins[p.Name] = func() []int { return slices.Repeat([]int{NoChannel}, p.Size()) }
		}
	}
	return origins
}

// cut returns the shrunk network's weights.
func (b *shrinker) cut(n *Network, shrunk *Shrunk) Weights {
	weights := make(Weights, len(n.Parameters()))
	for _, p := range n.Parameters() {
		values := cut(b.weights[p.Name], shrunk.Origins(p.Name))
		for i, v := range b.added[p.Name] {
			values[i] += v
		}
		weights[p.Name] = values
	}
	return weights
}
