package nn

import "fmt"

func init() {
	register(Architecture{
		Name:    "lenet300",
		Summary: "LeNet-300-100: a multilayer perceptron for MNIST; LeCun et al. 1998, Frankle and Carbin 2019",
		Input:   mnistInput, Classes: 10,
		compose: lenet,
	})
	register(Architecture{
		Name:    "lenet-digits",
		Summary: "LeNet-300-100 for the 8×8 digits",
		Input:   digitsInput, Classes: 10,
		compose: lenet,
	})
}

// lenet is two hidden layers of 300 and 100 units with ReLU and a linear output.
func lenet(c *Composer, o ZooOptions) {
	perceptron(c, Input, o.channels(300), o.channels(100), o.Classes)
}

// perceptron adds fully connected layers fc1, fc2, ... of the given widths with
// ReLU between them, behind layer x.
func perceptron(c *Composer, x int, widths ...int) {
	for i, width := range widths {
		if i > 0 {
			x = c.Add(fmt.Sprintf("relu_fc%d", i), ReLU, x)
		}
		x = c.Add(fmt.Sprintf("fc%d", i+1), Linear{Out: width}, x)
	}
}
