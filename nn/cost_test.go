package nn_test

import (
	"testing"

	"espalier/nn"
)

// mask is the number of living values by parameter, and the parameters' sizes.
type mask map[string][2]int

func (m mask) CountOf(parameter string) int { return m[parameter][0] }
func (m mask) SizeOf(parameter string) int  { return m[parameter][1] }

// small is a residual network with a value of each cost that can be counted by
// hand: 4×4 pixels, 8 channels, 5 classes.
func small(t testing.TB) *nn.Network {
	t.Helper()
	c := nn.NewComposer("small", nn.Shape{Height: 4, Width: 4, Channels: 1})
	x := c.Add("conv1", nn.Convolution{Out: 8, Kernel: 3, Padding: 1, NoBias: true}, nn.Input)
	x = c.Add("bn1", nn.BatchNorm{}, x)
	x = c.Add("relu1", nn.ReLU, x)
	y := c.Add("conv2", nn.Convolution{Out: 8, Kernel: 3, Padding: 1, Groups: 8}, x)
	y = c.Add("add", nn.Add{}, y, x)
	y = c.Add("relu2", nn.ReLU, y)
	y = c.Add("pool", nn.MaxPool{Window: 2}, y)
	c.Add("fc", nn.Linear{Out: 5}, y)
	network, err := c.Network()
	if err != nil {
		t.Fatal(err)
	}
	return network
}

func TestCostOfSmallNetwork(t *testing.T) {
	network := small(t)
	pruned := mask{"conv1.weight": {10, 72}, "fc.weight": {0, 160}}
	want := nn.Cost{
		Parameters:     72 + 16 + (72 + 8) + (160 + 5),
		MACs:           72*16 + 72*16 + 160,
		LiveParameters: 10 + 16 + (72 + 8) + (0 + 5),
		LiveMACs:       10*16 + 72*16,
		// The sum holds the block's input, the convolution and itself.
		PeakActivations: 4 * (128 + 128 + 128),
		Activations:     4 * (16 + 6*128 + 32 + 5),
	}
	if got := nn.CostOf(network, pruned); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	whole := nn.CostOf(network, nil)
	if whole.LiveParameters != whole.Parameters || whole.LiveMACs != whole.MACs {
		t.Errorf("without a mask not all lives: %+v", whole)
	}
}

func TestPeakActivationsByLayer(t *testing.T) {
	want := map[string]int{
		"conv1": 16 + 128,  // input and output
		"bn1":   128,       // over conv1
		"relu1": 128,       // over bn1
		"conv2": 128 + 128, // relu1 is still to be read
		"add":   3 * 128,
		"relu2": 128, // over add
		"pool":  128 + 32,
		"fc":    32 + 5,
	}
	for _, layer := range small(t).Summary(nil).Layers {
		if layer.PeakActivations != 4*want[layer.Name] {
			t.Errorf("%s: %d bytes, want %d", layer.Name, layer.PeakActivations, 4*want[layer.Name])
		}
	}
}

// An activation whose input is read again cannot write over it.
func TestPeakActivationsOfSharedInput(t *testing.T) {
	c := nn.NewComposer("shared", nn.Vector(10))
	x := c.Add("fc", nn.Linear{Out: 100}, nn.Input)
	y := c.Add("relu", nn.ReLU, x)
	c.Add("add", nn.Add{}, x, y)
	network, err := c.Network()
	if err != nil {
		t.Fatal(err)
	}
	layers := network.Summary(nil).Layers
	if got := layers[1].PeakActivations; got != 4*200 {
		t.Errorf("relu: %d bytes, want 800", got)
	}
	if got := layers[2].PeakActivations; got != 4*300 {
		t.Errorf("add: %d bytes, want 1200", got)
	}
}

func TestCostIsTheSumOfItsLayers(t *testing.T) {
	for _, name := range nn.ZooNames() {
		network := newNetwork(t, name, nn.ZooOptions{})
		summary := network.Summary(nil)
		var parameters, macs, peak, trainable int
		for _, layer := range summary.Layers {
			parameters += layer.Parameters
			macs += layer.MACs
			peak = max(peak, layer.PeakActivations)
		}
		for _, p := range network.Parameters() {
			if p.Trainable() {
				trainable += p.Size()
			}
		}
		if parameters != summary.Parameters || parameters != trainable || macs != summary.MACs || peak != summary.PeakActivations {
			t.Errorf("%s: layers have %d parameters, %d MACs, %d bytes at most; the network %+v",
				name, parameters, macs, peak, summary.Cost)
		}
	}
}
