package data

func init() {
	register(definition{
		origin: origin{
			name: "mnist",
			source: Source{
				Title:    "MNIST handwritten digits",
				Home:     "http://yann.lecun.com/exdb/mnist/",
				Licence:  "CC BY-SA 3.0",
				Citation: "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner. Gradient-based learning applied to document recognition. Proceedings of the IEEE 86(11):2278-2324, 1998.",
				Files: []File{
					{
						Name:   "train-images-idx3-ubyte.gz",
						Bytes:  9912422,
						SHA256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
						Plain:  "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
					},
					{
						Name:   "train-labels-idx1-ubyte.gz",
						Bytes:  28881,
						SHA256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
						Plain:  "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
					},
					{
						Name:   "t10k-images-idx3-ubyte.gz",
						Bytes:  1648877,
						SHA256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
						Plain:  "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
					},
					{
						Name:   "t10k-labels-idx1-ubyte.gz",
						Bytes:  4542,
						SHA256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
						Plain:  "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
					},
				},
			},
			folders: []string{"mnist"},
			// The copy that torchvision uses; the home of the set no longer serves files.
			address: "https://ossci-datasets.s3.amazonaws.com/mnist/",
		},
		description: Description{
			Height: 28, Width: 28, Channels: 1,
			Classes: []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
		},
		train: 60000, test: 10000,
		normalisation: Normalisation{Mean: []float32{0.1307}, Deviation: []float32{0.3081}},
		read:          readIDXSet,
	})
}
