package nn

import "fmt"

// convNorm adds a convolution without bias and a batch norm behind it.
func convNorm(c *Composer, x int, conv, norm string, layer Convolution) int {
	layer.NoBias = true
	return c.Add(norm, BatchNorm{}, c.Add(conv, layer, x))
}

// shortcut adds what brings x to a block's output shape and returns its index.
type shortcut func(c *Composer, block string, x, out, stride int) int

// padded is shortcut A of He et al.: subsampling and channels of zeros.
func padded(c *Composer, block string, x, out, stride int) int {
	return c.Add(block+".shortcut", PadShortcut{Out: out, Stride: stride}, x)
}

// projected is shortcut B: a 1×1 convolution and a batch norm, as layers 0 and 1
// of what label names.
func projected(label string) shortcut {
	return func(c *Composer, block string, x, out, stride int) int {
		name := block + "." + label
		return convNorm(c, x, name+".0", name+".1", Convolution{Out: out, Kernel: 1, Stride: stride})
	}
}

// block is the description of a residual block.
type block struct {
	in, inner, out, stride int
}

// basic adds two 3×3 convolutions and a shortcut around them.
func (b block) basic(c *Composer, x int, name string, s shortcut) int {
	y := convNorm(c, x, name+".conv1", name+".bn1", Convolution{Out: b.inner, Kernel: 3, Stride: b.stride, Padding: 1})
	y = c.Add(name+".relu1", ReLU, y)
	y = convNorm(c, y, name+".conv2", name+".bn2", Convolution{Out: b.out, Kernel: 3, Padding: 1})
	return b.join(c, x, y, name, s)
}

// bottleneck adds a 3×3 convolution between two of 1×1, and a shortcut around
// them. The stride is the 3×3 convolution's, as in every implementation in use;
// in the paper it is the first one's.
func (b block) bottleneck(c *Composer, x int, name string, s shortcut) int {
	y := convNorm(c, x, name+".conv1", name+".bn1", Convolution{Out: b.inner, Kernel: 1})
	y = c.Add(name+".relu1", ReLU, y)
	y = convNorm(c, y, name+".conv2", name+".bn2", Convolution{Out: b.inner, Kernel: 3, Stride: b.stride, Padding: 1})
	y = c.Add(name+".relu2", ReLU, y)
	y = convNorm(c, y, name+".conv3", name+".bn3", Convolution{Out: b.out, Kernel: 1})
	return b.join(c, x, y, name, s)
}

func (b block) join(c *Composer, x, y int, name string, s shortcut) int {
	if b.in != b.out || b.stride != 1 {
		x = s(c, name, x, b.out, b.stride)
	}
	return c.Add(name+".relu", ReLU, c.Add(name+".add", Add{}, y, x))
}

// blockName is the name of a block as PyTorch's residual networks have it; both
// count from 0.
func blockName(stage, index int) string { return fmt.Sprintf("layer%d.%d", stage+1, index) }

// stride is a block's: every stage but the first begins by halving the image.
func stride(stage, index int) int {
	if stage > 0 && index == 0 {
		return 2
	}
	return 1
}
