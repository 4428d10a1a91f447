package data

func init() {
	register(definition{
		origin: origin{
			name: "fashion-mnist",
			source: Source{
				Title:    "Fashion-MNIST articles of clothing",
				Home:     "https://github.com/zalandoresearch/fashion-mnist",
				Licence:  "MIT",
				Citation: "H. Xiao, K. Rasul and R. Vollgraf. Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms. arXiv:1708.07747, 2017.",
				Files: []File{
					{
						Name:   "train-images-idx3-ubyte.gz",
						Bytes:  26421880,
						SHA256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
						Plain:  "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
					},
					{
						Name:   "train-labels-idx1-ubyte.gz",
						Bytes:  29515,
						SHA256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
						Plain:  "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
					},
					{
						Name:   "t10k-images-idx3-ubyte.gz",
						Bytes:  4422102,
						SHA256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
						Plain:  "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
					},
					{
						Name:   "t10k-labels-idx1-ubyte.gz",
						Bytes:  5148,
						SHA256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
						Plain:  "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
					},
				},
			},
			folders: []string{"fashion-mnist"},
			address: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
		},
		description: Description{
			Height: 28, Width: 28, Channels: 1,
			Classes: []string{
				"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
				"Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
			},
		},
		train: 60000, test: 10000,
		// Of the training images; a test computes it.
		normalisation: Normalisation{Mean: []float32{0.2860}, Deviation: []float32{0.3530}},
		read:          readIDXSet,
	})
}
