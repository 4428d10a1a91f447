package nn

func init() {
	register(Architecture{
		Name:    "wrn32x2",
		Summary: "WRN-32-2 for CIFAR, ResNet-32 twice as wide with projections; as in Chen et al. 2022",
		Input:   cifarInput, Classes: 10,
		compose: func(c *Composer, o ZooOptions) {
			o.Width *= 2
			newCIFARResNet(5, o, projected("shortcut")).compose(c, o.Classes)
		},
	})
}
