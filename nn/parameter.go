package nn

// Role is what a parameter is for.
type Role string

// The roles of parameters. Weights are what pruning removes; running statistics
// are not trained, but follow the data during training.
const (
	Weight          Role = "weight"
	Bias            Role = "bias"
	Scale           Role = "scale"
	Offset          Role = "offset"
	RunningMean     Role = "running_mean"
	RunningVariance Role = "running_variance"
	// Held parameters are set from outside and enter a penalty, say; training leaves
	// them alone.
	Held Role = "held"
)

// Parameter describes one parameter tensor of a Network. Its values are not part
// of it; they are kept in Weights under the same name.
type Parameter struct {
	// Name is unique in the network: the layer's name, a dot, and the role, as
	// in "layer1.0.conv1.weight".
	Name string
	// Layer and Kind are the name and the kind of the layer that owns it.
	Layer string
	Kind  Kind
	Role  Role
	// Shape is [height, width, in/groups, out] for the weight of a convolution,
	// [in, out] for that of a linear layer, [channels] for everything else.
	Shape []int
	// Positions is how many times each value enters a multiply-accumulate for
	// one image: the number of output pixels for a weight, 0 for what is not
	// counted (biases, batch norm).
	Positions int
}

// Size is the number of values.
func (p Parameter) Size() int {
	size := 1
	for _, n := range p.Shape {
		size *= n
	}
	return size
}

// Prunable reports whether pruning methods may remove its values: whether it is the
// weight of a convolution or a linear layer.
func (p Parameter) Prunable() bool { return p.Role == Weight }

// Trainable reports whether training updates it by its gradient.
func (p Parameter) Trainable() bool {
	return p.Role != RunningMean && p.Role != RunningVariance && p.Role != Held
}

// FanIn is the number of inputs that one output value sums over.
func (p Parameter) FanIn() int {
	if len(p.Shape) < 2 {
		return p.Size()
	}
	return p.Size() / p.Shape[len(p.Shape)-1]
}

// FanOut is the number of output values that one input value reaches at one
// position: receptive field × output channels, for grouped convolutions over the
// whole layer, as PyTorch counts it.
func (p Parameter) FanOut() int {
	if len(p.Shape) < 2 {
		return p.Size()
	}
	return p.Size() / p.Shape[len(p.Shape)-2]
}
