package data

// CIFAR-100 has two labels for each image: cifar-100 has the fine one, of a hundred
// classes, and cifar-100-coarse the one of twenty groups of five classes.
func init() {
	fine := cifarRecord{classes: []int{20, 100}, label: 1}
	coarse := cifarRecord{classes: []int{20, 100}, label: 0}
	d := definition{
		origin: origin{
			name: "cifar-100",
			source: Source{
				Title:    "CIFAR-100 tiny colour images",
				Home:     "https://www.cs.toronto.edu/~kriz/cifar.html",
				Licence:  "none stated; citation asked for",
				Citation: "A. Krizhevsky. Learning Multiple Layers of Features from Tiny Images. Technical report, University of Toronto, 2009.",
				Files: []File{
					{Name: "train.bin", Bytes: 50000 * (2 + cifarPixels)},
					{Name: "test.bin", Bytes: 10000 * (2 + cifarPixels)},
				},
			},
			folders: []string{"cifar-100/cifar-100-binary", "cifar-100-binary", "cifar-100"},
			archive: &archive{
				address: "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
				bytes:   168513733,
				// The MD5 that the home page publishes is 03b5dce01913d631647c71ecec9e9cb8.
				sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
				folder: "cifar-100-binary",
			},
		},
		description: Description{
			Height: cifarSide, Width: cifarSide, Channels: cifarChannels,
			Classes: cifar100Fine,
		},
		train: 50000, test: 10000,
		normalisation: Normalisation{
			Mean:      []float32{0.5071, 0.4865, 0.4409},
			Deviation: []float32{0.2673, 0.2564, 0.2762},
		},
		read: fine.readSet,
		check: census{
			mean:      []float64{.50707516, .48654887, .44091784},
			deviation: []float64{.26733429, .25643846, .27615047},
			tolerance: 1e-8,
		}.check,
	}
	register(d)
	d.name = "cifar-100-coarse"
	d.source.Title = "CIFAR-100 tiny colour images, in 20 groups"
	d.description.Classes = cifar100Coarse
	d.read = coarse.readSet
	register(d)
}

var cifar100Coarse = []string{
	"aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables",
	"household_electrical_devices", "household_furniture", "insects", "large_carnivores",
	"large_man-made_outdoor_things", "large_natural_outdoor_scenes",
	"large_omnivores_and_herbivores", "medium_mammals", "non-insect_invertebrates", "people",
	"reptiles", "small_mammals", "trees", "vehicles_1", "vehicles_2",
}

var cifar100Fine = []string{
	"apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle",
	"bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle",
	"chair", "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur",
	"dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard",
	"lamp", "lawn_mower", "leopard", "lion", "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain",
	"mouse", "mushroom", "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree",
	"plain", "plate", "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road", "rocket",
	"rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake", "spider",
	"squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone", "television", "tiger", "tractor",
	"train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf", "woman", "worm",
}
