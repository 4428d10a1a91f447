package train_test

import (
	"slices"
	"strings"
	"testing"

	"espalier/data"
	"espalier/nn"
	"espalier/seed"
	"espalier/train"
)

// Outputs of layers come in the order asked for, for every image, and those of an
// activation are those of the layer before it without what is negative.
func TestOutputs(t *testing.T) {
	digits, err := data.Open(t.Context(), "digits", "")
	if err != nil {
		t.Fatal(err)
	}
	b := openBackend(t)
	n, err := nn.New("resnet-digits", nn.ZooOptions{Width: 0.25})
	if err != nil {
		t.Fatal(err)
	}
	weights, err := nn.Initialize(n, nn.KaimingNormal, seed.Seed(1))
	if err != nil {
		t.Fatal(err)
	}
	few, err := digits.Train.Balanced(2, 1)
	if err != nil {
		t.Fatal(err)
	}
	relu := slices.IndexFunc(n.Nodes, func(node nn.Node) bool { return node.Layer == nn.Layer(nn.ReLU) })
	before := n.Nodes[relu].Inputs[0]
	batches := data.Batches{Images: few, Size: 12, Normalisation: digits.Normalisation, Ordered: true}
	var sizes []int
	negative := 0
	for outputs, err := range train.Outputs(t.Context(), b, n, weights, []int{relu, before}, batches) {
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(outputs[0])/n.Nodes[relu].Shape.Size())
		for i, x := range outputs[1] {
			if x < 0 {
				negative++
			}
			if outputs[0][i] != max(x, 0) {
				t.Fatalf("value %d is %v behind the activation and %v before it", i, outputs[0][i], x)
			}
		}
	}
	if !slices.Equal(sizes, []int{12, 8}) || negative == 0 {
		t.Errorf("batches of %v images with %d negative values", sizes, negative)
	}
	for want, layers := range map[string][]int{"there are none": nil, "is missing": {relu}} {
		for _, err := range train.Outputs(t.Context(), b, n, nn.Weights{}, layers, batches) {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want one with %q", err, want)
			}
		}
	}
}
