package nn

import (
	"fmt"
	"math"

	"espalier/internal/registry"
)

// ZooOptions changes a network of the zoo. The zero value is the paper's network.
type ZooOptions struct {
	// Input is the shape of one image; zero is what the paper's data has.
	Input Shape
	// Classes is the number of outputs; 0 is the paper's.
	Classes int
	// Width multiplies the channels or hidden units of every layer but the
	// last, rounded down; 0 is 1.
	Width float64
}

// Architecture is an entry of the zoo.
type Architecture struct {
	// Name is what New and the command line call it.
	Name string
	// Summary says in a few words what it is and where it comes from.
	Summary string
	// Input and Classes are the defaults of ZooOptions.
	Input   Shape
	Classes int

	// compose adds the layers; its options have no zero values.
	compose func(c *Composer, o ZooOptions)
}

// The shapes of the images that the papers use.
var (
	digitsInput   = Shape{Height: 8, Width: 8, Channels: 1}
	mnistInput    = Shape{Height: 28, Width: 28, Channels: 1}
	cifarInput    = Shape{Height: 32, Width: 32, Channels: 3}
	tinyInput     = Shape{Height: 64, Width: 64, Channels: 3}
	imageNetInput = Shape{Height: 224, Width: 224, Channels: 3}
)

// architectures are the registered networks.
var architectures = registry.New[Architecture]("network")

func register(a Architecture) { architectures.Register(a.Name, a) }

// ZooNames lists the networks that New knows, in alphabetical order.
func ZooNames() []string { return architectures.Names() }

// Zoo lists the architectures in the order of their names.
func Zoo() []Architecture {
	var zoo []Architecture
	for _, name := range ZooNames() {
		architecture, _ := architectures.Get(name)
		zoo = append(zoo, architecture)
	}
	return zoo
}

// New composes a network of the zoo. It fails if there is none of that name or if the
// options do not fit it, as when an image is too small for its pools.
func New(name string, o ZooOptions) (*Network, error) {
	architecture, err := architectures.Lookup(name)
	if err != nil {
		return nil, err
	}
	if o.Classes < 0 {
		return nil, fmt.Errorf("network %s: %d classes", name, o.Classes)
	}
	if o.Width < 0 || math.IsNaN(o.Width) || math.IsInf(o.Width, 0) {
		return nil, fmt.Errorf("network %s: width ×%g is not a positive number", name, o.Width)
	}
	c := NewComposer(name, architecture.fill(&o))
	architecture.compose(c, o)
	return c.Network()
}

// fill replaces the options' zero values by the defaults and returns the input.
func (a Architecture) fill(o *ZooOptions) Shape {
	if o.Input == (Shape{}) {
		o.Input = a.Input
	}
	if o.Classes == 0 {
		o.Classes = a.Classes
	}
	if o.Width == 0 {
		o.Width = 1
	}
	return o.Input
}

// channels is a layer's number of channels under the width multiplier, at least
// one. The small number keeps a product such as 0.7·10 from falling to 6.
func (o ZooOptions) channels(n int) int {
	return max(1, int(float64(n)*o.Width+1e-9))
}
