package nn

// Composer builds a Network layer by layer, in the zoo as well as in a notebook cell:
//
//	c := nn.NewComposer("tiny", nn.Shape{Height: 8, Width: 8, Channels: 1})
//	x := c.Add("conv", nn.Convolution{Out: 8, Kernel: 3, Padding: 1}, nn.Input)
//	x = c.Add("relu", nn.ReLU, x)
//	c.Add("fc", nn.Linear{Out: 10}, x)
//	network, err := c.Network()
type Composer struct {
	name  string
	input Shape
	nodes []Node
}

// NewComposer starts a network.
func NewComposer(name string, input Shape) *Composer {
	return &Composer{name: name, input: input}
}

// Add adds a layer that reads others and returns its index. Network reports what does
// not fit.
func (c *Composer) Add(name string, layer Layer, inputs ...int) int {
	c.nodes = append(c.nodes, Node{Name: name, Layer: layer, Inputs: inputs})
	return len(c.nodes) - 1
}

// Network checks what was composed and returns it.
func (c *Composer) Network() (*Network, error) {
	return NewNetwork(c.name, c.input, c.nodes)
}
