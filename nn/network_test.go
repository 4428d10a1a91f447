package nn_test

import (
	"testing"

	"espalier/nn"
)

func TestNewNetworkErrors(t *testing.T) {
	image := nn.Shape{Height: 8, Width: 8, Channels: 4}
	one := []int{nn.Input}
	node := func(layer nn.Layer, inputs ...int) []nn.Node {
		return []nn.Node{{Name: "layer", Layer: layer, Inputs: inputs}}
	}
	for _, bad := range []struct {
		input nn.Shape
		nodes []nn.Node
		want  string
	}{
		{nn.Shape{Height: 8, Width: 8}, node(nn.ReLU, nn.Input), "input shape 0x8x8 has a side below 1"},
		{image, nil, "no layers"},
		{image, []nn.Node{{Layer: nn.ReLU, Inputs: one}}, `layer 0: the name "" is empty or taken`},
		{image, []nn.Node{{Name: "a", Layer: nn.ReLU, Inputs: one}, {Name: "a", Layer: nn.ReLU, Inputs: one}},
			`layer 1: the name "a" is empty or taken`},
		{image, node(nil, nn.Input), "layer layer: no layer"},
		{image, node(nn.ReLU, 0), "layer layer: reads layer 0, which is not before it"},
		{image, node(nn.ReLU, -2), "layer layer: reads layer -2, which is not before it"},
		{image, node(nn.ReLU), "layer layer: activation reads 1 input, not 0"},
		{image, node(nn.Activation("gelu"), nn.Input), `layer layer: no activation is called "gelu": there are relu and relu6`},
		{image, []nn.Node{{Name: "a", Layer: nn.ReLU, Inputs: one}, {Name: "b", Layer: nn.ReLU, Inputs: one}},
			"layer a: no layer reads it, and it is not the last"},
		{image, node(nn.Linear{}, nn.Input), "layer layer: linear has 0 outputs"},
		{image, node(nn.Linear{Out: 1}, nn.Input, nn.Input), "layer layer: linear reads 1 input, not 2"},
		{image, node(nn.Convolution{Kernel: 3}, nn.Input), "layer layer: convolution with 0 outputs and kernel 3"},
		{image, node(nn.Convolution{Out: 3}, nn.Input), "layer layer: convolution with 3 outputs and kernel 0"},
		{image, node(nn.Convolution{Out: 3, Kernel: 3, Stride: -1}, nn.Input),
			"layer layer: convolution with stride -1, padding 0, dilation 0, groups 0: none may be below 0"},
		{image, node(nn.Convolution{Out: 4, Kernel: 3, Stride: 2, Dilation: 2}, nn.Input),
			"layer layer: convolution with stride 2 and dilation 2: only one may be above 1"},
		{image, node(nn.Convolution{Out: 4, Kernel: 3, Groups: 3}, nn.Input),
			"layer layer: convolution from 4 to 4 channels: 3 groups do not divide both"},
		{image, node(nn.Convolution{Out: 4, Kernel: 9}, nn.Input),
			"layer layer: convolution with kernel 9 and padding 0: input 4x8x8 is too small"},
		{image, node(nn.BatchNorm{Epsilon: -1}, nn.Input),
			"layer layer: batch norm with epsilon -1 and momentum 0: want epsilon ≥ 0 and momentum in [0, 1]"},
		{image, node(nn.BatchNorm{Momentum: 2}, nn.Input),
			"layer layer: batch norm with epsilon 0 and momentum 2: want epsilon ≥ 0 and momentum in [0, 1]"},
		{image, node(nn.BatchNorm{}), "layer layer: batch norm reads 1 input, not 0"},
		{image, node(nn.MaxPool{Window: 9}, nn.Input), "layer layer: max pool with window 9 and padding 0: input 4x8x8 is too small"},
		{image, node(nn.MaxPool{Window: 2, Padding: 2}, nn.Input),
			"layer layer: max pool with window 2, stride 0, padding 2: want window ≥ 1, stride ≥ 0, padding at most half the window"},
		{image, node(nn.MeanPool{}, nn.Input),
			"layer layer: mean pool with window 0, stride 0, padding 0: want window ≥ 1, stride ≥ 0, padding at most half the window"},
		{image, node(nn.GlobalMeanPool{}), "layer layer: global mean pool reads 1 input, not 0"},
		{image, node(nn.Add{}, nn.Input), "layer layer: add reads 2 inputs or more, not 1"},
		{image, node(nn.Concat{}, nn.Input), "layer layer: concat reads 2 inputs or more, not 1"},
		{image, []nn.Node{{Name: "a", Layer: nn.MaxPool{Window: 2}, Inputs: one}, {Name: "b", Layer: nn.Add{}, Inputs: []int{0, nn.Input}}},
			"layer b: add of 4x4x4 and 4x8x8: the shapes differ"},
		{image, []nn.Node{{Name: "a", Layer: nn.MaxPool{Window: 2}, Inputs: one}, {Name: "b", Layer: nn.Concat{}, Inputs: []int{0, nn.Input}}},
			"layer b: concat of 4x4x4 and 4x8x8: height or width differ"},
		{image, node(nn.ChannelShuffle{Groups: 3}, nn.Input), "layer layer: channel shuffle: 3 groups do not divide 4 channels"},
		{image, node(nn.PadShortcut{Out: 3}, nn.Input),
			"layer layer: pad shortcut from 4 to 3 channels with stride 0: it cannot drop channels nor step back"},
	} {
		_, err := nn.NewNetwork("bad", bad.input, bad.nodes)
		if want := "network bad: " + bad.want; err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func TestNetworkKeepsItsOwnNodes(t *testing.T) {
	nodes := []nn.Node{{Name: "a", Layer: nn.ReLU, Inputs: []int{nn.Input}}, {Name: "b", Layer: nn.ReLU, Inputs: []int{0}}}
	network, err := nn.NewNetwork("chain", nn.Vector(3), nodes)
	if err != nil {
		t.Fatal(err)
	}
	nodes[1].Inputs[0] = nn.Input
	if network.Nodes[1].Inputs[0] != 0 {
		t.Error("the network changed with the caller's slice")
	}
	if got := network.InputShapes(1); len(got) != 1 || got[0] != nn.Vector(3) {
		t.Errorf("layer b reads %v", got)
	}
}

func TestPrunable(t *testing.T) {
	var names []string
	for _, p := range small(t).Prunable() {
		names = append(names, p.Name)
	}
	if len(names) != 3 || names[0] != "conv1.weight" || names[1] != "conv2.weight" || names[2] != "fc.weight" {
		t.Errorf("got %v", names)
	}
}
