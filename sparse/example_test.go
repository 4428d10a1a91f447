package sparse_test

import (
	"context"
	"fmt"
	"log"

	"espalier/nn"
	"espalier/seed"
	"espalier/sparse"
)

func ExampleCompile() {
	n, err := nn.New("resnet-digits", nn.ZooOptions{})
	if err != nil {
		log.Fatal(err)
	}
	weights, err := nn.Initialize(n, nn.KaimingNormal, seed.Seed(1))
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	program, err := sparse.Compile(ctx, n, weights, nil, sparse.Options{Batch: 16, Path: sparse.Sparse})
	if err != nil {
		log.Fatal(err)
	}
	defer program.Close()
	outputs, err := program.Run(ctx, make([]float32, 3*n.Input.Size()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(outputs), "outputs of 3 images")
	// Output: 30 outputs of 3 images
}
