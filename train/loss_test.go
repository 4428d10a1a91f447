package train_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"espalier/train"
)

// The loss and its gradient (softmax − one-hot)/batch, against float64 on the host
// and finite differences; among the logits are ones whose exponential overflows.
func TestCrossEntropy(t *testing.T) {
	const batch, classes = 5, 4
	random := rand.New(rand.NewPCG(3, 4))
	logits := make([]float32, batch*classes)
	for i := range logits {
		logits[i] = float32(3 * random.NormFloat64())
	}
	logits[0], logits[5], logits[6] = 500, -400, 300
	labels := []int32{0, 1, 2, 3, 3}

	exec, err := graph.NewExec(openBackend(t), func(z, y *graph.Node) (*graph.Node, *graph.Node) {
		loss := train.CrossEntropy(z, y)
		return loss, graph.Gradient(loss, z)[0]
	})
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := exec.Call(tensors.FromFlatDataAndDimensions(logits, batch, classes), labels)
	if err != nil {
		t.Fatal(err)
	}
	loss := func() (sum float64) {
		for i, label := range labels {
			l, _ := train.Judge(logits[i*classes:(i+1)*classes], label)
			sum += l
		}
		return sum / batch
	}
	if got, want := float64(outputs[0].Value().(float32)), loss(); math.Abs(got-want) > 1e-5*want {
		t.Errorf("loss %v, want %v", got, want)
	}
	gradient, err := tensors.CopyFlatData[float32](outputs[1])
	if err != nil {
		t.Fatal(err)
	}
	for i, z := range logits {
		const h = 1.0 / 64 // a power of two: z ± h are exact
		logits[i] = z + h
		above := loss()
		logits[i] = z - h
		below := loss()
		logits[i] = z
		if want := (above - below) / (2 * h); math.Abs(float64(gradient[i])-want) > 1e-4 {
			t.Errorf("gradient %v at logit %d, want %v", gradient[i], i, want)
		}
	}
}

func TestJudge(t *testing.T) {
	nan := float32(math.NaN())
	for _, test := range []struct {
		logits []float32
		label  int32
		loss   float64
		right  bool
	}{
		{[]float32{0, 0}, 0, math.Ln2, true},  // of equal ones the first
		{[]float32{0, 0}, 1, math.Ln2, false}, // counts
		{[]float32{1000, 0}, 0, 0, true},
		{[]float32{1000, 0}, 1, 1000, false},
		{[]float32{nan, 1}, 1, math.NaN(), false},
		{[]float32{nan, nan}, 0, math.NaN(), false},
	} {
		loss, right := train.Judge(test.logits, test.label)
		same := math.Abs(loss-test.loss) < 1e-12 || math.IsNaN(loss) && math.IsNaN(test.loss)
		if !same || right != test.right {
			t.Errorf("%v, label %d: %v and %t, want %v and %t", test.logits, test.label, loss, right, test.loss, test.right)
		}
	}
}
