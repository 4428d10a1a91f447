package nn

import "fmt"

func init() {
	for _, depth := range []int{11, 13, 16, 19} {
		registerVGG(depth, "", "for CIFAR with batch norm and one linear layer", cifarInput, 10,
			vgg{norm: true, meanPool: true, classifier: []string{"classifier"}})
	}
	for _, depth := range []int{11, 16} {
		registerVGG(depth, "-plain", "for CIFAR without batch norm, linear layers 512-512-10; as in SPATL, Yu et al. 2022", cifarInput, 10,
			vgg{classifier: []string{"classifier.1", "classifier.4", "classifier.6"}, hidden: 512})
	}
	registerVGG(16, "-nobias", "for CIFAR with batch norm, convolutions without bias", cifarInput, 10,
		vgg{norm: true, noBias: true, meanPool: true, classifier: []string{"classifier"}})
	registerVGG(16, "-fc512", "for CIFAR with batch norm and linear layers 512-10; as in AutoBot, Castells and Yeom 2021", cifarInput, 10,
		vgg{norm: true, classifier: []string{"classifier.linear1", "classifier.linear2"}, hidden: 512})
	for _, v := range []struct {
		suffix, description string
		norm                bool
	}{
		{"-imagenet", "for ImageNet, linear layers 4096-4096-1000; Simonyan and Zisserman 2015", false},
		{"-bn-imagenet", "for ImageNet with batch norm, linear layers 4096-4096-1000", true},
	} {
		registerVGG(16, v.suffix, v.description, imageNetInput, 1000,
			vgg{norm: v.norm, classifier: []string{"classifier.0", "classifier.3", "classifier.6"}, hidden: 4096})
	}
}

func registerVGG(depth int, suffix, description string, input Shape, classes int, v vgg) {
	v.stages = vggStages[depth]
	register(Architecture{
		Name:    fmt.Sprintf("vgg%d%s", depth, suffix),
		Summary: fmt.Sprintf("VGG-%d %s", depth, description),
		Input:   input, Classes: classes,
		compose: v.compose,
	})
}

// vggStages is the number of 3×3 convolutions in each stage, by depth.
var vggStages = map[int][5]int{
	11: {1, 1, 2, 2, 2},
	13: {2, 2, 2, 2, 2},
	16: {2, 2, 3, 3, 3},
	19: {2, 2, 4, 4, 4},
}

// vgg is five stages of 3×3 convolutions with a pool behind each, then linear
// layers.
type vgg struct {
	stages       [5]int
	norm, noBias bool
	// meanPool replaces the last max pool by the mean over the image, as the
	// lottery ticket papers' code does.
	meanPool bool
	// classifier names the linear layers; all but the last have hidden units.
	classifier []string
	hidden     int
}

// compose names and numbers the layers as torchvision does: "features" counts
// convolutions, batch norms, activations and pools.
func (v vgg) compose(c *Composer, o ZooOptions) {
	x, index := Input, 0
	add := func(layer Layer) {
		x = c.Add(fmt.Sprintf("features.%d", index), layer, x)
		index++
	}
	for stage, convolutions := range v.stages {
		channels := o.channels(min(64<<stage, 512))
		for range convolutions {
			add(Convolution{Out: channels, Kernel: 3, Padding: 1, NoBias: v.noBias})
			if v.norm {
				add(BatchNorm{})
			}
			add(ReLU)
		}
		if stage < len(v.stages)-1 || !v.meanPool {
			add(MaxPool{Window: 2})
		}
	}
	if v.meanPool {
		x = c.Add("avgpool", GlobalMeanPool{}, x)
	}
	v.classify(c, x, o)
}

func (v vgg) classify(c *Composer, x int, o ZooOptions) {
	last := len(v.classifier) - 1
	for _, name := range v.classifier[:last] {
		x = c.Add(name, Linear{Out: o.channels(v.hidden)}, x)
		x = c.Add(name+".relu", ReLU, x)
	}
	c.Add(v.classifier[last], Linear{Out: o.Classes}, x)
}
