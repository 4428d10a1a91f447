package nn

func init() {
	register(Architecture{
		Name:    "resnet18",
		Summary: "ResNet-18 for CIFAR: a 3×3 stem with stride 1 and no pool; as in Chen et al. 2022",
		Input:   cifarInput, Classes: 10,
		compose: resNet{blocks: [4]int{2, 2, 2, 2}, smallImages: true}.compose,
	})
	register(Architecture{
		Name:    "resnet18-imagenet",
		Summary: "ResNet-18; He et al. 2016",
		Input:   imageNetInput, Classes: 1000,
		compose: resNet{blocks: [4]int{2, 2, 2, 2}}.compose,
	})
	register(Architecture{
		Name:    "resnet50",
		Summary: "ResNet-50, stride in the 3×3 convolutions; He et al. 2016",
		Input:   imageNetInput, Classes: 1000,
		compose: resNet{blocks: [4]int{3, 4, 6, 3}, expansion: 4}.compose,
	})
	register(Architecture{
		Name:    "resnet50-tiny",
		Summary: "ResNet-50 for Tiny-ImageNet: a 3×3 stem with stride 1 and no pool; as in Chen et al. 2022",
		Input:   tinyInput, Classes: 200,
		compose: resNet{blocks: [4]int{3, 4, 6, 3}, expansion: 4, smallImages: true}.compose,
	})
}

// resNet is a residual network of four stages, for ImageNet unless smallImages.
type resNet struct {
	blocks [4]int
	// expansion is the ratio of outer to inner width of bottleneck blocks; with
	// 0 the blocks are basic.
	expansion   int
	smallImages bool
}

func (r resNet) compose(c *Composer, o ZooOptions) {
	in := o.channels(64)
	x := r.stem(c, in)
	for stage, blocks := range r.blocks {
		inner := o.channels(64 << stage)
		for i := range blocks {
			b := block{in: in, inner: inner, out: inner * max(r.expansion, 1), stride: stride(stage, i)}
			if r.expansion > 0 {
				x = b.bottleneck(c, x, blockName(stage, i), projected("downsample"))
			} else {
				x = b.basic(c, x, blockName(stage, i), projected("downsample"))
			}
			in = b.out
		}
	}
	x = c.Add("avgpool", GlobalMeanPool{}, x)
	c.Add("fc", Linear{Out: o.Classes}, x)
}

func (r resNet) stem(c *Composer, out int) int {
	if r.smallImages {
		x := convNorm(c, Input, "conv1", "bn1", Convolution{Out: out, Kernel: 3, Padding: 1})
		return c.Add("relu", ReLU, x)
	}
	x := convNorm(c, Input, "conv1", "bn1", Convolution{Out: out, Kernel: 7, Stride: 2, Padding: 3})
	x = c.Add("relu", ReLU, x)
	return c.Add("maxpool", MaxPool{Window: 3, Stride: 2, Padding: 1}, x)
}
