package data

import "context"

func init() {
	register(definition{
		origin: origin{
			name: "digits",
			source: Source{
				Title:    "Optical recognition of handwritten digits",
				Home:     "https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
				Licence:  "CC BY 4.0",
				Citation: "E. Alpaydin and C. Kaynak. Optical Recognition of Handwritten Digits. UCI Machine Learning Repository, 1998. doi:10.24432/C50P49",
				Files: []File{
					{
						Name:   "optdigits-train.csv.gz",
						Bytes:  112473,
						SHA256: "8a8d95daa5a2d60207e90b3c72f6ca8c5c3b9b350c059f5bdaeb63b01e3f1ed1",
					},
					{
						Name:   "optdigits-test.csv.gz",
						Bytes:  53379,
						SHA256: "34af3b9b1a8afa599fef9fa56f4d7d4933c3e969bdf02f3fa698213eb8c8adec",
					},
				},
			},
			embedded: true,
			folders:  []string{"optdigits"},
		},
		description: Description{
			Height: digitsSide, Width: digitsSide, Channels: 1, Maximum: digitsMaximum,
			Classes: []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
		},
		train: 3823, test: 1797,
		// Of the training images; a test computes it.
		normalisation: Normalisation{Mean: []float32{0.30774823}, Deviation: []float32{0.37728035}},
		read:          readDigits,
	})
}

func readDigits(ctx context.Context, d *definition, p *place) (train, test part, err error) {
	read := func(file, lines int) (images part, err error) {
		err = p.read(ctx, d.source.Files[file], func(s *stream) (err error) {
			images.pixels, images.labels, err = readDigitsCSV(s, lines)
			return err
		})
		return images, err
	}
	if train, err = read(0, d.train); err != nil {
		return part{}, part{}, err
	}
	test, err = read(1, d.test)
	return train, test, err
}
