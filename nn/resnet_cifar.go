package nn

import "fmt"

func init() {
	for _, depth := range []int{20, 32, 44, 56, 110} {
		registerCIFARResNet(depth, "", "shortcut A", padded)
		registerCIFARResNet(depth, "b", "shortcut B", projected("shortcut"))
	}
	registerCIFARResNet(1202, "", "shortcut A", padded)
	register(Architecture{
		Name:    "resnet-digits",
		Summary: "ResNet-8 of the CIFAR family for the 8×8 digits, shortcut A",
		Input:   digitsInput, Classes: 10,
		compose: func(c *Composer, o ZooOptions) { newCIFARResNet(1, o, padded).compose(c, o.Classes) },
	})
}

func registerCIFARResNet(depth int, suffix, description string, s shortcut) {
	register(Architecture{
		Name:    fmt.Sprintf("resnet%d%s", depth, suffix),
		Summary: fmt.Sprintf("ResNet-%d for CIFAR-10, %s; He et al. 2016", depth, description),
		Input:   cifarInput, Classes: 10,
		compose: func(c *Composer, o ZooOptions) { newCIFARResNet((depth-2)/6, o, s).compose(c, o.Classes) },
	})
}

// cifarResNet is a residual network for small images: a 3×3 convolution, three
// stages of basic blocks, the mean over the image, and a linear layer.
type cifarResNet struct {
	blocks int
	// shared is the width of the residual stream in each stage, inner that
	// between the two convolutions of a block.
	shared, inner [3]int
	shortcut      shortcut
}

func newCIFARResNet(blocks int, o ZooOptions, s shortcut) cifarResNet {
	widths := [3]int{o.channels(16), o.channels(32), o.channels(64)}
	return cifarResNet{blocks: blocks, shared: widths, inner: widths, shortcut: s}
}

func (r cifarResNet) compose(c *Composer, classes int) {
	in := r.shared[0]
	x := convNorm(c, Input, "conv1", "bn1", Convolution{Out: in, Kernel: 3, Padding: 1})
	x = c.Add("relu", ReLU, x)
	for stage, out := range r.shared {
		for i := range r.blocks {
			b := block{in: in, inner: r.inner[stage], out: out, stride: stride(stage, i)}
			x = b.basic(c, x, blockName(stage, i), r.shortcut)
			in = out
		}
	}
	x = c.Add("pool", GlobalMeanPool{}, x)
	c.Add("linear", Linear{Out: classes}, x)
}
