package data

func init() {
	record := cifarRecord{classes: []int{10}}
	// 10,000 images in each file. The files have no digests, because the order of
	// the images in them may differ; what the census counts does not depend on it.
	const bytes = 10000 * (1 + cifarPixels)
	register(definition{
		origin: origin{
			name: "cifar-10",
			source: Source{
				Title:    "CIFAR-10 tiny colour images",
				Home:     "https://www.cs.toronto.edu/~kriz/cifar.html",
				Licence:  "none stated; citation asked for",
				Citation: "A. Krizhevsky. Learning Multiple Layers of Features from Tiny Images. Technical report, University of Toronto, 2009.",
				Files: []File{
					{Name: "data_batch_1.bin", Bytes: bytes},
					{Name: "data_batch_2.bin", Bytes: bytes},
					{Name: "data_batch_3.bin", Bytes: bytes},
					{Name: "data_batch_4.bin", Bytes: bytes},
					{Name: "data_batch_5.bin", Bytes: bytes},
					{Name: "test_batch.bin", Bytes: bytes},
				},
			},
			folders: []string{"cifar-10/cifar-10-batches-bin", "cifar-10-batches-bin", "cifar-10"},
			archive: &archive{
				address: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
				bytes:   170052171,
				// The MD5 that the home page publishes is c32a1d4ab5d03f1284b67883e8d87530.
				sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
				folder: "cifar-10-batches-bin",
			},
		},
		description: Description{
			Height: cifarSide, Width: cifarSide, Channels: cifarChannels,
			Classes: []string{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"},
		},
		train: 50000, test: 10000,
		normalisation: Normalisation{
			Mean:      []float32{0.4914, 0.4822, 0.4465},
			Deviation: []float32{0.2470, 0.2435, 0.2616},
		},
		read: record.readSet,
		check: census{
			mean:      []float64{.49139968, .48215841, .44653091},
			deviation: []float64{.24703223, .24348513, .26158784},
			tolerance: 1e-8,
		}.check,
	})
}
