package nn

import "fmt"

func init() {
	register(Architecture{
		Name:    "mobilenetv2",
		Summary: "MobileNet-V2; Sandler et al. 2018",
		Input:   imageNetInput, Classes: 1000,
		compose: mobileNetV2,
	})
}

// mobileNetV2Stages are the paper's table 2: expansion, output channels, number of
// blocks, stride of the first.
var mobileNetV2Stages = [][4]int{
	{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1},
}

// mobileNetV2 is a 3×3 convolution, 17 inverted residual blocks, a 1×1 convolution
// and a linear layer. Names are torchvision's. Widths are rounded to multiples of
// eight, and the last convolution is never narrower than 1280, both as in the
// authors' code.
func mobileNetV2(c *Composer, o ZooOptions) {
	in := o.eights(32)
	x := convNormReLU6(c, Input, "features.0.%d", Convolution{Out: in, Kernel: 3, Stride: 2, Padding: 1})
	index := 1
	for _, stage := range mobileNetV2Stages {
		for i := range stage[2] {
			b := block{in: in, inner: in * stage[0], out: o.eights(stage[1]), stride: 1}
			if i == 0 {
				b.stride = stage[3]
			}
			x = b.inverted(c, x, fmt.Sprintf("features.%d", index))
			in = b.out
			index++
		}
	}
	last := 1280
	if o.Width > 1 {
		last = o.eights(last)
	}
	x = convNormReLU6(c, x, "features.18.%d", Convolution{Out: last, Kernel: 1})
	x = c.Add("avgpool", GlobalMeanPool{}, x)
	c.Add("classifier.1", Linear{Out: o.Classes}, x)
}

// inverted adds an inverted residual block: a 1×1 convolution to the inner width,
// left out where that is the input's, a depthwise 3×3 and a 1×1 without
// activation; the shortcut is there where the shape does not change.
func (b block) inverted(c *Composer, x int, name string) int {
	y, index := x, 0
	if b.inner != b.in {
		y = convNormReLU6(c, y, name+".conv.0.%d", Convolution{Out: b.inner, Kernel: 1})
		index++
	}
	y = convNormReLU6(c, y, fmt.Sprintf("%s.conv.%d.%%d", name, index),
		Convolution{Out: b.inner, Kernel: 3, Stride: b.stride, Padding: 1, Groups: b.inner})
	y = convNorm(c, y, fmt.Sprintf("%s.conv.%d", name, index+1), fmt.Sprintf("%s.conv.%d", name, index+2),
		Convolution{Out: b.out, Kernel: 1})
	if b.in == b.out && b.stride == 1 {
		y = c.Add(name+".add", Add{}, y, x)
	}
	return y
}

// convNormReLU6 adds a convolution, a batch norm and ReLU6; the format numbers
// them 0, 1, 2.
func convNormReLU6(c *Composer, x int, format string, layer Convolution) int {
	x = convNorm(c, x, fmt.Sprintf(format, 0), fmt.Sprintf(format, 1), layer)
	return c.Add(fmt.Sprintf(format, 2), ReLU6, x)
}

// eights is the width multiplier's product rounded to a multiple of eight, but
// never more than a tenth below it.
func (o ZooOptions) eights(n int) int {
	width := float64(n) * o.Width
	rounded := max(8, int(width+4)/8*8)
	if float64(rounded) < .9*width {
		rounded += 8
	}
	return rounded
}
