package nn

import "fmt"

func init() {
	register(Architecture{
		Name:    "mobilenetv1",
		Summary: "MobileNet-V1 for CIFAR: a stem with stride 1; as in Chen et al. 2022",
		Input:   cifarInput, Classes: 10,
		compose: func(c *Composer, o ZooOptions) { mobileNetV1(c, o, 1) },
	})
	register(Architecture{
		Name:    "mobilenetv1-imagenet",
		Summary: "MobileNet-V1; Howard et al. 2017",
		Input:   imageNetInput, Classes: 1000,
		compose: func(c *Composer, o ZooOptions) { mobileNetV1(c, o, 2) },
	})
}

// mobileNetV1Blocks are the output channels and strides of the separable
// convolutions.
var mobileNetV1Blocks = [][2]int{
	{64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}, {512, 2},
	{512, 1}, {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1},
}

// mobileNetV1 is a 3×3 convolution and 13 pairs of a depthwise 3×3 (conv1) and a
// 1×1 convolution (conv2), each with batch norm and ReLU.
func mobileNetV1(c *Composer, o ZooOptions, stemStride int) {
	in := o.channels(32)
	x := convNorm(c, Input, "conv1", "bn1", Convolution{Out: in, Kernel: 3, Stride: stemStride, Padding: 1})
	x = c.Add("relu", ReLU, x)
	for i, b := range mobileNetV1Blocks {
		name, out := fmt.Sprintf("layers.%d", i), o.channels(b[0])
		x = convNorm(c, x, name+".conv1", name+".bn1", Convolution{Out: in, Kernel: 3, Stride: b[1], Padding: 1, Groups: in})
		x = c.Add(name+".relu1", ReLU, x)
		x = convNorm(c, x, name+".conv2", name+".bn2", Convolution{Out: out, Kernel: 1})
		x = c.Add(name+".relu2", ReLU, x)
		in = out
	}
	x = c.Add("avgpool", GlobalMeanPool{}, x)
	c.Add("linear", Linear{Out: o.Classes}, x)
}
