package nn_test

import (
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"espalier/nn"
)

func TestWeightsGoRound(t *testing.T) {
	network := small(t)
	store := model.NewStore()
	for _, initializer := range []nn.Initializer{nn.KaimingNormal, nn.Orthogonal} {
		weights := initialize(t, network, initializer, 1)
		weights["bn1.running_mean"][2] = 5
		// The second time the variables are there already.
		if err := network.LoadInto(store, weights); err != nil {
			t.Fatal(err)
		}
		got, err := network.ReadFrom(store)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Equal(weights) {
			t.Errorf("%s: what is read is not what was loaded", initializer)
		}
		got["fc.weight"][0]++
		if again, err := network.ReadFrom(store); err != nil || !again.Equal(weights) {
			t.Errorf("%s: the store changed with what was read: %v", initializer, err)
		}
	}
	for _, p := range network.Parameters() {
		if variable := store.GetVariable("/" + p.Name); variable.Trainable != p.Trainable() {
			t.Errorf("%s: the variable's trainable is %v", p.Name, variable.Trainable)
		}
	}
}

func TestLoadIntoErrors(t *testing.T) {
	network := small(t)
	weights := initialize(t, network, nn.KaimingNormal, 1)
	delete(weights, "fc.bias")
	err := network.LoadInto(model.NewStore(), weights)
	if err == nil || err.Error() != "weights for network small: fc.bias is missing" {
		t.Errorf("got %v", err)
	}
}

func TestReadFromErrors(t *testing.T) {
	network := small(t)
	_, err := network.ReadFrom(model.NewStore())
	if err == nil || err.Error() != "read weights of network small: conv1.weight is not in the store" {
		t.Errorf("got %v", err)
	}
	ten, seven := newNetwork(t, "lenet-digits", nn.ZooOptions{}), newNetwork(t, "lenet-digits", nn.ZooOptions{Classes: 7})
	_, err = seven.ReadFrom(loaded(t, ten, nn.KaimingNormal))
	if err == nil || err.Error() != "read fc3.weight: it has shape (Float32)[100, 10], want (Float32)[100, 7]" {
		t.Errorf("got %v", err)
	}
}

func TestBuildErrors(t *testing.T) {
	network := small(t)
	for want, c := range map[string]struct {
		store *model.Store
		input nn.Shape
	}{
		"nn: network small reads [batch, 4, 4, 1], not [2 5 4 1]": {
			loaded(t, network, nn.KaimingNormal), nn.Shape{Height: 5, Width: 4, Channels: 1}},
		"nn: parameter conv1.weight has no value: call Network.LoadInto before building the graph": {
			model.NewStore(), network.Input},
	} {
		exec := model.MustNewExec(openBackend(t), c.store, func(scope *model.Scope, x *graph.Node) *graph.Node {
			return network.Build(scope, x, nn.Inference)
		})
		if _, err := exec.Call(images(2, c.input)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// Inference does not depend on the rest of the batch, training does.
func TestPhases(t *testing.T) {
	network := newNetwork(t, "resnet-digits", nn.ZooOptions{})
	b, store := openBackend(t), loaded(t, network, nn.KaimingNormal)
	three := images(3, network.Input)
	first := tensors.FromFlatDataAndDimensions(tensors.MustCopyFlatData[float32](three)[:2*64], 2, 8, 8, 1)
	differs := func(phase nn.Phase) float64 {
		apart := 0.
		long, short := run(t, b, network, store, phase, three), run(t, b, network, store, phase, first)
		for i := range short {
			apart = max(apart, float64(long[i]-short[i]), float64(short[i]-long[i]))
		}
		return apart
	}
	if d := differs(nn.Inference); d > 1e-5 {
		t.Errorf("inference: logits move by %g with the batch", d)
	}
	if d := differs(nn.Training); d < 1e-3 {
		t.Errorf("training: logits move by %g with the batch", d)
	}
}
