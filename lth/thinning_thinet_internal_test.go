package lth

import (
	"math"
	"slices"
	"strings"
	"testing"

	"espalier/backend"
	"espalier/data"
	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
	"espalier/train"
)

// thinnable has inner convolutions that are read by strided, padded and dilated ones, by
// one behind a depthwise one, and by a linear layer behind a pool.
func thinnable(t *testing.T) *nn.Network {
	t.Helper()
	c := nn.NewComposer("thinnable", nn.Shape{Height: 8, Width: 8, Channels: 1})
	x := c.Add("conv1", nn.Convolution{Out: 6, Kernel: 3, Padding: 1, NoBias: true}, nn.Input)
	x = c.Add("bn1", nn.BatchNorm{}, x)
	x = c.Add("relu1", nn.ReLU, x)
	x = c.Add("conv2", nn.Convolution{Out: 8, Kernel: 3, Stride: 2, Padding: 1}, x)
	x = c.Add("relu2", nn.ReLU, x)
	x = c.Add("conv3", nn.Convolution{Out: 8, Kernel: 2, Dilation: 2, Padding: 1}, x)
	x = c.Add("depthwise", nn.Convolution{Out: 8, Kernel: 3, Padding: 1, Groups: 8}, x)
	x = c.Add("conv4", nn.Convolution{Out: 10, Kernel: 1}, x)
	x = c.Add("pool", nn.MaxPool{Window: 2}, x)
	c.Add("fc", nn.Linear{Out: 10}, x)
	n, err := c.Network()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func thinnableStudy(t *testing.T) (Study, nn.Weights) {
	t.Helper()
	digits, err := data.Open(t.Context(), "digits", "")
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := backend.New("")
	if err != nil {
		t.Fatal(err)
	}
	s := Study{Network: thinnable(t), Train: digits.Train, Backend: chosen.Backend, Seed: 3}
	s.Options.Training = train.Options{BatchSize: 60, Normalisation: digits.Normalisation}
	weights, err := nn.Initialize(s.Network, nn.KaimingNormal, seed.Seed(1))
	if err != nil {
		t.Fatal(err)
	}
	return s, weights
}

// What all channels contribute is, with the bias, the reader's output.
func TestThiNetContributionsAddUpToOutputs(t *testing.T) {
	s, weights := thinnableStudy(t)
	for _, name := range []string{"conv2.bias", "conv3.bias", "conv4.bias", "fc.bias"} {
		for i := range weights[name] {
			weights[name][i] = float32(i) / 8
		}
	}
	few, err := s.Train.Balanced(1, 1)
	if err != nil {
		t.Fatal(err)
	}
	find := thiNet{study: s, weights: weights}
	if err := find.find(prune.Removals{"conv1": 1, "conv2": 1, "conv3": 1, "conv4": 1}); err != nil {
		t.Fatal(err)
	}
	var layers []int
	for _, r := range find.readers {
		layers = append(layers, r.input, r.node)
	}
	if names := find.readerNames(); !slices.Equal(names, []string{"conv2", "conv3", "conv4", "fc"}) {
		t.Fatalf("the layers that come next are %v", names)
	}
	batches := data.Batches{Images: few, Size: 10, Normalisation: s.Options.Training.Normalisation, Ordered: true}
	for outputs, err := range train.Outputs(t.Context(), s.Backend, s.Network, weights, layers, batches) {
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range find.readers {
			node, in := s.Network.Nodes[r.node], s.Network.Nodes[r.input].Shape
			drawn, again := seed.Seed(uint64(i)).Stream("places"), seed.Seed(uint64(i)).Stream("places")
			for image := range 10 {
				sum := 0.0
				for _, x := range find.contributions(r, outputs[2*i][image*in.Size():(image+1)*in.Size()], drawn) {
					sum += x
				}
				out, pixel := again.IntN(node.Shape.Channels), 0
				if node.Layer.Kind() == nn.KindConvolution {
					pixel = again.IntN(node.Shape.Height)*node.Shape.Width + again.IntN(node.Shape.Width)
				}
				want := float64(outputs[2*i+1][image*node.Shape.Size()+pixel*node.Shape.Channels+out])
				if sum += float64(weights[node.Name+".bias"][out]); math.Abs(sum-want) > 1e-5*(1+math.Abs(want)) {
					t.Errorf("%s, image %d: contributions add up to %v, the output is %v", node.Name, image, sum, want)
				}
			}
		}
	}
}

func (t *thiNet) readerNames() []string {
	var names []string
	for _, r := range t.readers {
		names = append(names, t.study.Network.Nodes[r.node].Name)
	}
	return names
}

// A channel that the next layer does not read goes first, however large its filter; and
// what is chosen is the same every time.
func TestThiNetRemovesWhatIsNotRead(t *testing.T) {
	s, weights := thinnableStudy(t)
	for i := range weights["conv1.weight"] {
		if i%6 == 2 {
			weights["conv1.weight"][i] *= 100
		}
	}
	for i := range weights["conv2.weight"] {
		if i/8%6 == 2 {
			weights["conv2.weight"][i] = 0
		}
	}
	var first prune.Channels
	for range 2 {
		channels, err := ThiNet.Choose(t.Context(), s, weights, "0.75")
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(channels["conv1"], 2) {
			t.Errorf("conv1 keeps %v, of which nothing reads 2", channels["conv1"])
		}
		for layer, want := range map[string]int{"conv1": 4, "conv2": 6, "conv3": 6, "conv4": 7} {
			if kept := channels[layer]; len(kept) != want {
				t.Errorf("%s keeps %v, want %d", layer, kept, want)
			}
		}
		if first == nil {
			first = channels
		}
		for layer, kept := range first {
			if !slices.Equal(kept, channels[layer]) {
				t.Errorf("%s keeps %v, then %v", layer, kept, channels[layer])
			}
		}
		s.Options.Training.Workers = 3
	}
}

func TestThiNetRefuses(t *testing.T) {
	s, weights := thinnableStudy(t)
	if _, err := ThiNet.Choose(t.Context(), s, weights, "0"); err == nil || !strings.Contains(err.Error(), `the width "0"`) {
		t.Errorf("error %v", err)
	}
	var ones []int
	for i := range s.Train.Len() {
		if s.Train.Label(i) == 1 {
			ones = append(ones, i)
		}
	}
	few := s
	var err error
	if few.Train, err = s.Train.Select(ones); err != nil {
		t.Fatal(err)
	}
	if _, err := ThiNet.Choose(t.Context(), few, weights, "0.5"); err == nil || !strings.Contains(err.Error(), "has none of class 0") {
		t.Errorf("a class without images: error %v", err)
	}
	c := nn.NewComposer("mixed", s.Network.Input)
	x := c.Add("conv1", nn.Convolution{Out: 6, Kernel: 3}, nn.Input)
	x = c.Add("shuffle", nn.ChannelShuffle{Groups: 2}, x)
	x = c.Add("conv2", nn.Convolution{Out: 6, Kernel: 3}, x)
	c.Add("fc", nn.Linear{Out: 10}, x)
	n, err := c.Network()
	if err != nil {
		t.Fatal(err)
	}
	s.Network = n
	if weights, err = nn.Initialize(n, "", seed.Seed(1)); err != nil {
		t.Fatal(err)
	}
	if _, err := ThiNet.Choose(t.Context(), s, weights, "0.5"); err == nil || !strings.Contains(err.Error(), "channel shuffle") {
		t.Errorf("error %v", err)
	}
}
