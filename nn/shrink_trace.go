package nn

import (
	"errors"
	"fmt"
	"slices"
)

// parameters returns the values of a layer's parameter, nil if it has none of that role.
type parameters func(Role) []float32

// channelwise is a layer each of whose output channels comes from at most one
// channel of each input.
type channelwise interface {
	Layer
	// origin is the channel of the input number input from which an output channel comes,
	// or NoChannel.
	origin(inputs []Shape, input, channel int) int
	// constant computes an output channel whose origins, a plane for each input,
	// are constant. Shapes are the inputs'.
	constant(node Node, p parameters, channel int, inputs []plane, shapes []Shape) plane
	// narrow is the layer for inputs that have kept some of their channels, with out as
	// its output channels; nil if it would do nothing. Shapes are those in the whole
	// network.
	narrow(inputs []Shape, kept [][]int, out []int) Layer
}

// trace follows channels through a network under a mask.
type trace struct {
	network *Network
	mask    WeightMask
	// owned are the parameters of each layer.
	owned [][]Parameter
	// links are those of convolutions and linear layers, nil for others.
	links []*links
	// dead marks for each layer the output channels that nothing feeds.
	dead [][]bool
	// kept lists for each layer the output channels that are kept.
	kept [][]int
}

// links says which input channels the output channels of a convolution or a linear layer
// read with a living weight.
type links struct {
	inputs, outputs int // channels in a group, and in all
	groups          int
	live            []bool // [inputs, outputs]
}

// input is the channel number i of the group of inputs that output channel out reads.
func (l *links) input(i, out int) int { return out/(l.outputs/l.groups)*l.inputs + i }

// traceChannels finds the dead channels.
func traceChannels(n *Network, mask WeightMask) (*trace, error) {
	if err := CheckMask(n, mask); err != nil {
		return nil, err
	}
	t := &trace{network: n, mask: mask, owned: make([][]Parameter, len(n.Nodes)), links: make([]*links, len(n.Nodes))}
	owned := make(map[string][]Parameter)
	for _, p := range n.parameters {
		owned[p.Layer] = append(owned[p.Layer], p)
	}
	for i, node := range n.Nodes {
		t.owned[i] = owned[node.Name]
		dead, err := t.follow(i, node)
		if err != nil {
			return nil, fmt.Errorf("layer %s: %w", node.Name, err)
		}
		t.dead = append(t.dead, dead)
	}
	return t, nil
}

// follow finds the dead channels of one layer.
func (t *trace) follow(i int, node Node) ([]bool, error) {
	dead := make([]bool, node.Shape.Channels)
	switch layer := node.Layer.(type) {
	case Convolution:
		t.links[i] = t.link(i, layer.WithDefaults().Groups, t.network.InputShapes(i)[0].Channels)
	case Linear:
		t.links[i] = t.link(i, 1, t.network.InputShapes(i)[0].Channels)
	case channelwise:
		for c := range dead {
			dead[c] = t.allDead(i, node, layer, c)
		}
		return dead, nil
	default:
		return nil, fmt.Errorf("%w a layer of kind %s", ErrUntraceable, node.Layer.Kind())
	}
	if i == len(t.network.Nodes)-1 {
		return dead, nil
	}
	l := t.links[i]
	for c := range dead {
		dead[c] = !slices.ContainsFunc(all(l.inputs), func(in int) bool {
			return l.live[in*l.outputs+c] && !t.isDead(node.Inputs[0], l.input(in, c))
		})
	}
	return dead, nil
}

func (t *trace) isDead(node, channel int) bool { return node != Input && t.dead[node][channel] }

// allDead reports whether all origins of a channel are dead.
func (t *trace) allDead(i int, node Node, layer channelwise, channel int) bool {
	shapes := t.network.InputShapes(i)
	for j, input := range node.Inputs {
		if c := layer.origin(shapes, j, channel); c != NoChannel && !t.isDead(input, c) {
			return false
		}
	}
	return true
}

// link finds the links of a layer. The weight's shape is [.., inputs, outputs],
// that of a linear layer [pixels · inputs, outputs].
func (t *trace) link(i, groups, channels int) *links {
	p := t.owned[i][0]
	l := &links{inputs: channels / groups, outputs: p.Shape[len(p.Shape)-1], groups: groups}
	l.live = make([]bool, l.inputs*l.outputs)
	if t.mask.SizeOf(p.Name) == 0 {
		for j := range l.live {
			l.live[j] = true
		}
		return l
	}
	for index := range t.mask.Live(p.Name) {
		l.live[index%len(l.live)] = true
	}
	return l
}

// LostLayerError says that a network cannot be shrunk, since a layer would lose all its
// channels.
type LostLayerError struct {
	Layer    string
	Channels int // all that it has
}

// Error names the layer.
func (e *LostLayerError) Error() string {
	return fmt.Sprintf("layer %s would lose all of its %d channels: the mask leaves none that is both fed and read; keep at least one",
		e.Layer, e.Channels)
}

// ErrUntraceable says that a network has a layer through which channels cannot be followed,
// because its type is not of this package.
var ErrUntraceable = errors.New("channels cannot be followed through")

// keep decides which channels stay.
func (t *trace) keep() error {
	n := t.network
	needed := t.needed()
	t.kept = make([][]int, len(n.Nodes))
	for i, node := range n.Nodes {
		layer, ok := node.Layer.(channelwise)
		for c := range node.Shape.Channels {
			if ok && t.keepsOrigin(i, node, layer, c) || !ok && !t.dead[i][c] && needed[i][c] {
				t.kept[i] = append(t.kept[i], c)
			}
		}
		if len(t.kept[i]) == 0 {
			return &LostLayerError{Layer: node.Name, Channels: node.Shape.Channels}
		}
	}
	return nil
}

// needed finds, for each layer, the channels from which a path of living weights
// leads to the output.
func (t *trace) needed() [][]bool {
	n := t.network
	needed := make([][]bool, len(n.Nodes))
	for i, node := range n.Nodes {
		needed[i] = make([]bool, node.Shape.Channels)
	}
	last := len(n.Nodes) - 1
	for c := range needed[last] {
		needed[last][c] = true
	}
	for i := last; i >= 0; i-- {
		for c, need := range needed[i] {
			if need && !t.dead[i][c] {
				t.markOrigins(i, c, needed)
			}
		}
	}
	return needed
}

// markOrigins marks the channels from which a layer's output channel is computed.
func (t *trace) markOrigins(i, channel int, needed [][]bool) {
	node := t.network.Nodes[i]
	mark := func(input, c int) {
		if input != Input && c != NoChannel {
			needed[input][c] = true
		}
	}
	if layer, ok := node.Layer.(channelwise); ok {
		shapes := t.network.InputShapes(i)
		for j, input := range node.Inputs {
			mark(input, layer.origin(shapes, j, channel))
		}
		return
	}
	l := t.links[i]
	for in := range l.inputs {
		if l.live[in*l.outputs+channel] {
			mark(node.Inputs[0], l.input(in, channel))
		}
	}
}

// keptOf lists the channels that a layer, or the network's input, keeps.
func (t *trace) keptOf(node int) []int {
	if node == Input {
		return all(t.network.Input.Channels)
	}
	return t.kept[node]
}

func (t *trace) keepsOrigin(i int, node Node, layer channelwise, channel int) bool {
	shapes := t.network.InputShapes(i)
	for j, input := range node.Inputs {
		if c := layer.origin(shapes, j, channel); c != NoChannel {
			if _, kept := slices.BinarySearch(t.keptOf(input), c); kept {
				return true
			}
		}
	}
	return false
}
