package prunetest

import (
	"errors"

	"espalier/nn"
)

// networks are small and differ in what allocations look at: kinds of layers,
// their number, their sizes, and sizes around 64, the word of a mask.
func networks() ([]*nn.Network, error) {
	single, err1 := singleLayer()
	perceptron, err2 := perceptron()
	convolutional, err3 := convolutional()
	return []*nn.Network{single, perceptron, convolutional}, errors.Join(err1, err2, err3)
}

// singleLayer's only layer is its first and its last.
func singleLayer() (*nn.Network, error) {
	c := nn.NewComposer("single layer", nn.Vector(13))
	c.Add("fc", nn.Linear{Out: 5}, nn.Input)
	return c.Network()
}

func perceptron() (*nn.Network, error) {
	c := nn.NewComposer("perceptron", nn.Vector(8))
	x := c.Add("fc1", nn.Linear{Out: 24}, nn.Input)
	x = c.Add("relu1", nn.ReLU, x)
	x = c.Add("fc2", nn.Linear{Out: 8}, x)
	x = c.Add("relu2", nn.ReLU, x)
	c.Add("fc3", nn.Linear{Out: 3}, x)
	return c.Network()
}

func convolutional() (*nn.Network, error) {
	c := nn.NewComposer("convolutional", nn.Shape{Height: 4, Width: 4, Channels: 3})
	x := c.Add("conv1", nn.Convolution{Out: 4, Kernel: 3, Padding: 1}, nn.Input)
	x = c.Add("relu1", nn.ReLU, x)
	x = c.Add("depthwise", nn.Convolution{Out: 4, Kernel: 3, Padding: 1, Groups: 4}, x)
	x = c.Add("pointwise", nn.Convolution{Out: 6, Kernel: 1}, x)
	x = c.Add("relu2", nn.ReLU, x)
	c.Add("fc", nn.Linear{Out: 2}, x)
	return c.Network()
}
