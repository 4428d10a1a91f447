package nn_test

import (
	"fmt"
	"os"

	"espalier/nn"
)

// A network of one's own.
func ExampleComposer() {
	c := nn.NewComposer("tiny", nn.Shape{Height: 8, Width: 8, Channels: 1})
	x := c.Add("conv", nn.Convolution{Out: 8, Kernel: 3, Padding: 1}, nn.Input)
	x = c.Add("relu", nn.ReLU, x)
	x = c.Add("pool", nn.MaxPool{Window: 2}, x)
	c.Add("fc", nn.Linear{Out: 10}, x)
	network, err := c.Network()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range network.Prunable() {
		fmt.Println(p.Name, p.Shape, p.Size(), "weights at", p.Positions, "positions")
	}
	// Output:
	// conv.weight [3 3 1 8] 72 weights at 64 positions
	// fc.weight [128 10] 1280 weights at 1 positions
}

func ExampleNew() {
	network, err := nn.New("resnet56b", nn.ZooOptions{Classes: 100})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(network.Name, network.Input, network.Output(), len(network.Prunable()))
	_, err = nn.New("vgg16", nn.ZooOptions{Input: nn.Shape{Height: 8, Width: 8, Channels: 1}})
	fmt.Println(err)
	// Output:
	// resnet56b 3x32x32 100 58
	// network vgg16: layer features.33: max pool with window 2 and padding 0: input 512 is too small
}

func ExampleCostOf() {
	network, _ := nn.New("resnet20", nn.ZooOptions{})
	cost := nn.CostOf(network, nil)
	fmt.Println(cost.Parameters, "parameters,", cost.MACs, "multiply-accumulates")
	// Output:
	// 269722 parameters, 40551040 multiply-accumulates
}

func ExampleSummary_WriteTable() {
	network, _ := nn.New("lenet300", nn.ZooOptions{})
	_ = network.Summary(nil).WriteTable(os.Stdout)
	// Output:
	// lenet300, input 1x28x28
	//
	// layer     kind        weight   output  parameters     MACs
	// fc1       linear      784x300  300        235,500  235,200
	// relu_fc1  activation           300              0        0
	// fc2       linear      300x100  100         30,100   30,000
	// relu_fc2  activation           100              0        0
	// fc3       linear      100x10   10           1,010    1,000
	// total                                     266,610  266,200
	//
	// peak activations 4,336 bytes at inference, 6,376 bytes kept for training, for one image
}
