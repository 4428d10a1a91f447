package data_test

import (
	"context"
	"fmt"
	"log"

	"espalier/data"
)

func ExampleOpen() {
	digits, err := data.Open(context.Background(), "digits", "")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(digits.Source.Title, "·", digits.Source.Licence)
	fmt.Println(digits.Train.Len(), "training images,", digits.Test.Len(), "test images")
	fmt.Printf("%d×%d×%d, %d classes\n",
		digits.Train.Height(), digits.Train.Width(), digits.Train.Channels(), len(digits.Train.Classes()))
	// Output:
	// Optical recognition of handwritten digits · CC BY 4.0
	// 3823 training images, 1797 test images
	// 8×8×1, 10 classes
}

func ExampleOpen_missing() {
	_, err := data.Open(context.Background(), "mnist", "")
	fmt.Println(err)
	// Output:
	// data set mnist: mnist/train-images-idx3-ubyte.gz is missing, because no data folder is named: name one with --data or ESPALIER_DATA; `espalier data get mnist` fills it
}

func ExampleImages_Split() {
	digits, err := data.Open(context.Background(), "digits", "")
	if err != nil {
		log.Fatal(err)
	}
	train, validation, err := digits.Train.Split(500, 1)
	if err != nil {
		log.Fatal(err)
	}
	small, err := train.Balanced(20, 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(train.Len(), validation.Len(), small.Counts())
	// Output:
	// 3323 500 [20 20 20 20 20 20 20 20 20 20]
}

func ExampleBatches_Epoch() {
	ctx := context.Background()
	digits, err := data.Open(ctx, "digits", "")
	if err != nil {
		log.Fatal(err)
	}
	batches := data.Batches{
		Images:        digits.Train,
		Size:          1000,
		Normalisation: digits.Normalisation,
		Augmentation:  data.Augmentation{Crop: 1, Rotation: 10},
		Seed:          1,
	}
	for batch, err := range batches.Epoch(ctx, 0, 0) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(batch.Size, "images,", len(batch.Images), "values, first label", batch.Labels[0])
	}
	// Output:
	// 1000 images, 64000 values, first label 1
	// 1000 images, 64000 values, first label 5
	// 1000 images, 64000 values, first label 3
	// 823 images, 52672 values, first label 7
}

// Own images need no more than their pixels and labels.
func ExampleNewImages() {
	images, err := data.NewImages(data.Description{
		Name: "bars", Height: 2, Width: 2, Channels: 1,
		Classes: []string{"horizontal", "vertical"},
	}, []uint8{
		255, 255, 0, 0,
		0, 255, 0, 255,
	}, []uint8{0, 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(images.Len(), images.Normalisation())
	// Output:
	// 2 {[0.5] [0.5]}
}
