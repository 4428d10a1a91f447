package train_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"espalier/data"
	"espalier/nn"
	"espalier/seed"
	"espalier/train"
)

// derivatives prepares a network for 50 digits in batches that do not divide them.
func derivatives(t *testing.T, network *nn.Network, batch int) (*train.Derivatives, data.Batches) {
	t.Helper()
	digits, err := data.Open(t.Context(), "digits", "")
	if err != nil {
		t.Fatal(err)
	}
	few, err := digits.Train.Balanced(5, seed.Seed(1))
	if err != nil {
		t.Fatal(err)
	}
	batches := data.Batches{Images: few, Size: batch, Normalisation: digits.Normalisation}
	d, err := train.NewDerivatives(openBackend(t), network, batches)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d, batches
}

func initialized(t *testing.T, network *nn.Network) nn.Weights {
	t.Helper()
	weights, err := nn.Initialize(network, nn.KaimingNormal, 1)
	if err != nil {
		t.Fatal(err)
	}
	return weights
}

func zoo(t *testing.T, name string, width float64) *nn.Network {
	t.Helper()
	network, err := nn.New(name, nn.ZooOptions{Width: width})
	if err != nil {
		t.Fatal(err)
	}
	return network
}

// grouped has a layer of each kind whose operations have no second derivative in
// GoMLX where the network is built for training.
func grouped(t *testing.T) *nn.Network {
	t.Helper()
	c := nn.NewComposer("grouped", nn.Shape{Height: 8, Width: 8, Channels: 1})
	x := c.Add("conv", nn.Convolution{Out: 4, Kernel: 3, Padding: 1, NoBias: true}, nn.Input)
	x = c.Add("norm", nn.BatchNorm{}, x)
	x = c.Add("relu", nn.ReLU, x)
	x = c.Add("pool", nn.MaxPool{Window: 2}, x)
	x = c.Add("depthwise", nn.Convolution{Out: 4, Kernel: 3, Padding: 1, Groups: 4}, x)
	x = c.Add("strided", nn.Convolution{Out: 6, Kernel: 3, Padding: 1, Stride: 2, Groups: 2}, x)
	c.Add("fc", nn.Linear{Out: 10}, x)
	network, err := c.Network()
	if err != nil {
		t.Fatal(err)
	}
	return network
}

// moved is weights + step · direction.
func moved(weights, direction nn.Weights, step float64) nn.Weights {
	there := weights.Clone()
	for name, values := range direction {
		for i, x := range values {
			there[name][i] += float32(step * float64(x))
		}
	}
	return there
}

func product(a, b nn.Weights) (sum float64) {
	for _, name := range a.Names() {
		for i, x := range a[name] {
			sum += float64(x) * float64(b[name][i])
		}
	}
	return sum
}

// The loss falls along the gradient as fast as its squared length says, and batches
// that do not divide the images count each image once.
func TestGradientAgainstDifferences(t *testing.T) {
	network := zoo(t, "lenet-digits", 0.1)
	weights := initialized(t, network)
	d, batches := derivatives(t, network, 16)
	gradient, err := d.Gradient(t.Context(), weights, 1)
	if err != nil {
		t.Fatal(err)
	}
	length := product(gradient, gradient)
	step := 1e-3 / math.Sqrt(length)
	var losses [2]float64
	for i, s := range []float64{step, -step} {
		losses[i], _, err = train.Evaluate(t.Context(), openBackend(t), network, moved(weights, gradient, s), batches.Images, batches.Normalisation, 0)
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := (losses[0] - losses[1]) / (2 * step); math.Abs(got-length) > 0.01*length {
		t.Errorf("the loss changes by %v along the gradient, whose squared length is %v", got, length)
	}
	cooler, err := d.Gradient(t.Context(), weights, 1e4)
	if err != nil {
		t.Fatal(err)
	}
	if product(cooler, cooler) > 1e-6*length {
		t.Error("a high temperature does not flatten the loss")
	}
}

// H·v is the change of the gradient along v. Where a step crosses a kink of ReLU the
// two differ, so the step is small and the tolerance wide.
func TestHessianProductAgainstDifferences(t *testing.T) {
	for _, network := range []*nn.Network{zoo(t, "lenet-digits", 0.25), zoo(t, "resnet-digits", 0.25), grouped(t)} {
		weights := initialized(t, network)
		d, _ := derivatives(t, network, 50)
		v, err := d.Gradient(t.Context(), weights, 1)
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.HessianProduct(t.Context(), weights, v, 1)
		if err != nil {
			t.Fatal(err)
		}
		step := 3e-5 / math.Sqrt(product(v, v))
		var ends [2]nn.Weights
		for i, s := range []float64{step, -step} {
			if ends[i], err = d.Gradient(t.Context(), moved(weights, v, s), 1); err != nil {
				t.Fatal(err)
			}
		}
		difference := moved(ends[0], ends[1], -1)
		off := moved(got, difference, -1/(2*step))
		if relative := math.Sqrt(product(off, off) / product(got, got)); relative > 0.05 {
			t.Errorf("%s: H·v is %.3f of its length away from the difference of gradients", network.Name, relative)
		}
	}
}

// Without biases Σ w · ∂R/∂w over a layer is R, whatever the layer.
func TestFlowIsConserved(t *testing.T) {
	network := zoo(t, "lenet-digits", 0.25)
	weights := initialized(t, network)
	for _, values := range weights {
		for i, x := range values {
			values[i] = max(x, -x)
		}
	}
	d, _ := derivatives(t, network, 50)
	gradient, err := d.FlowGradient(t.Context(), weights)
	if err != nil {
		t.Fatal(err)
	}
	var flows []float64
	for _, p := range network.Prunable() {
		flow := 0.0
		for i, g := range gradient[p.Name] {
			flow += float64(g) * float64(weights[p.Name][i])
		}
		flows = append(flows, flow)
	}
	for i, flow := range flows {
		if flow <= 0 || math.Abs(flow-flows[0]) > 1e-4*flows[0] {
			t.Errorf("%v flows through layer %d, %v through the first", flow, i, flows[0])
		}
	}
}

func TestFeatureMapsAgainstLoops(t *testing.T) {
	network := zoo(t, "resnet-digits", 0.25)
	weights := initialized(t, network)
	d, _ := derivatives(t, network, 20)
	maps, err := d.FeatureMaps(t.Context(), weights)
	if err != nil {
		t.Fatal(err)
	}
	first := maps.First
	if want := [4]int{20, 8, 8, 4}; first.Shape != want || len(first.Values) != 20*8*8*4 || len(first.Gradients) != len(first.Values) {
		t.Fatalf("the first map has shape %v, %d values and %d gradients", first.Shape, len(first.Values), len(first.Gradients))
	}
	name := network.Prunable()[0].Name
	channels := first.Shape[3]
	var l1, l2, saliency [4]float64
	for i, a := range first.Values {
		l1[i%channels] += math.Abs(float64(a))
		l2[i%channels] += float64(a) * float64(a)
		saliency[i%channels] += math.Abs(float64(a) * float64(first.Gradients[i]))
	}
	for what, c := range map[string]struct {
		got  map[string][]float32
		want [4]float64
	}{"l1": {maps.L1, l1}, "l2": {maps.L2, l2}, "saliency": {maps.Saliency, saliency}} {
		for i, want := range c.want {
			if got := float64(c.got[name][i]); want == 0 || math.Abs(got-want) > 1e-4*want {
				t.Errorf("%s of channel %d is %v, want %v", what, i, got, want)
			}
		}
		for _, p := range network.Prunable() {
			if got, want := len(c.got[p.Name]), p.Shape[len(p.Shape)-1]; got != want {
				t.Errorf("%s has %d channels of %s, want %d", what, got, p.Name, want)
			}
		}
	}
	for _, p := range network.Parameters() {
		same := maps.Weights[p.Name][0] == weights[p.Name][0]
		if same != p.Trainable() {
			t.Errorf("after a batch in the training phase %s is as it was: %t", p.Name, same)
		}
	}
}

func TestDerivativesRefuse(t *testing.T) {
	network := zoo(t, "lenet-digits", 0.1)
	weights := initialized(t, network)
	d, batches := derivatives(t, network, 50)
	for name, change := range map[string]func(*data.Batches){
		"no images": func(b *data.Batches) { b.Images = nil },
		"no size":   func(b *data.Batches) { b.Size = 0 },
	} {
		changed := batches
		change(&changed)
		if _, err := train.NewDerivatives(openBackend(t), network, changed); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := train.NewDerivatives(openBackend(t), zoo(t, "lenet300", 0.1), batches); err == nil {
		t.Error("images of another shape: no error")
	}
	if _, err := d.HessianProduct(t.Context(), weights, nn.Weights{}, 1); err == nil {
		t.Error("a vector without values: no error")
	}
	if _, err := d.Gradient(t.Context(), nn.Weights{}, 1); err == nil {
		t.Error("no weights: no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Gradient(ctx, weights, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := d.FlowGradient(ctx, weights); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
