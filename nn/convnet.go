package nn

import "fmt"

func init() {
	for _, layers := range []int{2, 4, 6} {
		register(Architecture{
			Name:    fmt.Sprintf("conv%d", layers),
			Summary: fmt.Sprintf("Conv-%d: a small VGG for CIFAR-10 without batch norm; Frankle and Carbin 2019", layers),
			Input:   cifarInput, Classes: 10,
			compose: func(c *Composer, o ZooOptions) { convNet(c, o, layers) },
		})
	}
}

// convNet is pairs of 3×3 convolutions of 64, 128, 256 channels, each pair with a
// 2×2 max pool behind it, and fully connected layers of 256, 256 and the classes.
// The paper's table gives Conv-6 1.7 million weights, 1.1 of them in convolutions;
// with the layers that it lists they are 2.3 and 1.1 million.
func convNet(c *Composer, o ZooOptions, layers int) {
	x := Input
	for i := range layers {
		channels := o.channels(64 << (i / 2))
		x = c.Add(fmt.Sprintf("conv%d", i+1), Convolution{Out: channels, Kernel: 3, Padding: 1}, x)
		x = c.Add(fmt.Sprintf("relu_conv%d", i+1), ReLU, x)
		if i%2 == 1 {
			x = c.Add(fmt.Sprintf("pool%d", i/2+1), MaxPool{Window: 2}, x)
		}
	}
	perceptron(c, x, o.channels(256), o.channels(256), o.Classes)
}
