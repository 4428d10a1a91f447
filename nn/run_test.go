package nn_test

import (
	"flag"
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"espalier/backend"
	"espalier/nn"
	"espalier/seed"
)

var slow = flag.Bool("slow", false, "run every network of the zoo at its full size")

func openBackend(t testing.TB) compute.Backend {
	t.Helper()
	choice, err := backend.New("")
	if err != nil {
		t.Fatal(err)
	}
	return choice.Backend
}

// images are normal noise.
func images(batch int, s nn.Shape) *tensors.Tensor {
	random := seed.Seed(2).Stream("images")
	values := make([]float32, batch*s.Size())
	for i := range values {
		values[i] = float32(random.NormFloat64())
	}
	return tensors.FromFlatDataAndDimensions(values, batch, s.Height, s.Width, s.Channels)
}

// loaded is a store with initial weights of a network.
func loaded(t testing.TB, n *nn.Network, initializer nn.Initializer) *model.Store {
	t.Helper()
	weights, err := nn.Initialize(n, initializer, 1)
	if err != nil {
		t.Fatal(err)
	}
	store := model.NewStore()
	if err := n.LoadInto(store, weights); err != nil {
		t.Fatal(err)
	}
	return store
}

func run(t testing.TB, b compute.Backend, n *nn.Network, store *model.Store, phase nn.Phase, x *tensors.Tensor) []float32 {
	t.Helper()
	exec := model.MustNewExec(b, store, func(scope *model.Scope, x *graph.Node) *graph.Node {
		return n.Build(scope, x, phase)
	})
	defer exec.Finalize()
	logits, err := exec.Call1(x)
	if err != nil {
		t.Fatal(err)
	}
	return tensors.MustCopyFlatData[float32](logits)
}

// affordable is how many multiply-accumulates an image may take in a run of the
// tests.
const affordable = 70_000_000

func TestZooRuns(t *testing.T) {
	b := openBackend(t)
	for _, architecture := range nn.Zoo() {
		t.Run(architecture.Name, func(t *testing.T) {
			options := nn.ZooOptions{}
			if architecture.Name == "resnet1202" && !*slow {
				t.Skip("resnet1202 has 4,207 layers, which take seconds to compile: -slow runs it")
			}
			if macs := nn.CostOf(newNetwork(t, architecture.Name, options), nil).MACs; macs > affordable && !*slow {
				options = reduced(architecture)
				t.Logf("%s takes %d multiply-accumulates an image: run at an eighth of its width with input %s; -slow runs it whole",
					architecture.Name, macs, options.Input)
			}
			network := newNetwork(t, architecture.Name, options)
			store, x := loaded(t, network, nn.KaimingNormal), images(2, network.Input)
			if logits := run(t, b, network, store, nn.Inference, x); len(logits) != 2*architecture.Classes {
				t.Fatalf("%d logits for 2 images and %d classes", len(logits), architecture.Classes)
			}
			// Running statistics are those of a network that has not been
			// trained, with which very deep ones overflow; the batch's are not.
			logits := run(t, b, network, store, nn.Training, x)
			checkLogits(t, logits[:architecture.Classes], logits[architecture.Classes:])
		})
	}
}

// reduced makes an architecture an eighth as wide and its images at most 64×64.
func reduced(a nn.Architecture) nn.ZooOptions {
	input := a.Input
	input.Height, input.Width = min(input.Height, 64), min(input.Width, 64)
	return nn.ZooOptions{Input: input, Width: .125}
}

func checkLogits(t *testing.T, one, other []float32) {
	t.Helper()
	for i, v := range slices.Concat(one, other) {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			t.Fatalf("logit %d is %g", i, v)
		}
	}
	if slices.Equal(one, other) {
		t.Errorf("two images have the same logits %v", one)
	}
}

// trainer descends the gradient of the cross-entropy on one batch.
func trainer(t *testing.T, n *nn.Network, store *model.Store) func() (loss float32, gradients map[string][]float32) {
	t.Helper()
	var names []string
	exec := model.MustNewExec(openBackend(t), store, func(scope *model.Scope, inputs []*graph.Node) []*graph.Node {
		x, labels := inputs[0], inputs[1]
		logits := n.Build(scope, x, nn.Training)
		targets := graph.OneHot(labels, n.Output().Size(), logits.DType())
		loss := graph.Neg(graph.ReduceAllSum(graph.Mul(targets, graph.LogSoftmax(logits))))
		loss = graph.DivScalar(loss, x.Shape().Dim(0))
		gradients := scope.BuildTrainableVariablesGradientsGraph(loss)
		names = nil
		for variable := range scope.IterVariables() {
			if variable.Trainable {
				step := graph.MulScalar(gradients[len(names)], .002)
				variable.SetNodeValue(graph.Sub(variable.NodeValue(x.Graph()), step))
				names = append(names, variable.Name())
			}
		}
		return append([]*graph.Node{loss}, gradients...)
	})
	const batch = 4
	labels := tensors.FromFlatDataAndDimensions([]int32{0, 1, 2, 3}, batch)
	return func() (float32, map[string][]float32) {
		results, err := exec.Call(images(batch, n.Input), labels)
		if err != nil {
			t.Fatal(err)
		}
		gradients := make(map[string][]float32, len(names))
		for i, name := range names {
			gradients[name] = tensors.MustCopyFlatData[float32](results[1+i])
		}
		return tensors.ToScalar[float32](results[0]), gradients
	}
}

func TestNetworksTrain(t *testing.T) {
	for name, width := range map[string]float64{
		"lenet300": 1, "lenet-digits": 1, "conv2": .25, "conv6": .25, "resnet-digits": 1, "resnet20": .5, "resnet20b": .5,
		"mobilenetv1": .25,
	} {
		t.Run(name, func(t *testing.T) {
			network := newNetwork(t, name, nn.ZooOptions{Width: width})
			store := loaded(t, network, nn.KaimingNormal)
			before, err := network.ReadFrom(store)
			if err != nil {
				t.Fatal(err)
			}
			step := trainer(t, network, store)
			first, gradients := step()
			var last float32
			for range 3 {
				last, _ = step()
			}
			if !(last < first) {
				t.Errorf("the loss went from %g to %g", first, last)
			}
			after, err := network.ReadFrom(store)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range network.Parameters() {
				// The scale before a depthwise convolution may stay: the
				// batch norm behind that takes it out again.
				if p.Role != nn.Scale && slices.Equal(before[p.Name], after[p.Name]) {
					t.Errorf("%s did not change", p.Name)
				}
				if p.Trainable() != (gradients[p.Name] != nil) {
					t.Errorf("%s: trainable is %v, and it has %d derivatives", p.Name, p.Trainable(), len(gradients[p.Name]))
				}
			}
		})
	}
}
