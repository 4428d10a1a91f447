package nn

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/stat"
)

// channel picks one channel out of [batch, height, width, channels].
func channel(values []float64, c, channels int) []float64 {
	var picked []float64
	for i := c; i < len(values); i += channels {
		picked = append(picked, values[i])
	}
	return picked
}

func (lab *laboratory) parameter(role Role) []float64 {
	for i, p := range lab.parameters {
		if p.Role == role {
			return lab.values[lab.inputs+i]
		}
	}
	lab.t.Fatalf("no parameter is %s", role)
	return nil
}

// stored is a parameter's value after the graph has run.
func (lab *laboratory) stored(role Role) []float64 {
	return tensors.MustCopyFlatData[float64](lab.store.GetVariable("/" + laboratoryLayer + "." + string(role)).MustValue())
}

func TestBatchNormInTraining(t *testing.T) {
	const batch, channels, epsilon, momentum = 3, 4, 1e-5, .1
	input := Shape{Height: 2, Width: 3, Channels: channels}
	lab := newLaboratory(t, BatchNorm{}, Training, batch, input)
	y, _, gradients := lab.run()
	mean, variance := lab.stored(RunningMean), lab.stored(RunningVariance)
	for c := range channels {
		x := channel(lab.values[0], c, channels)
		m, unbiased := stat.MeanVariance(x, nil)
		n := float64(len(x))
		biased := unbiased * (n - 1) / n
		for i, got := range channel(y, c, channels) {
			want := (x[i]-m)/math.Sqrt(biased+epsilon)*lab.parameter(Scale)[c] + lab.parameter(Offset)[c]
			if math.Abs(got-want) > 1e-12 {
				t.Fatalf("channel %d, value %d: %g, want %g", c, i, got, want)
			}
		}
		if want := (1-momentum)*lab.parameter(RunningMean)[c] + momentum*m; math.Abs(mean[c]-want) > 1e-12 {
			t.Errorf("channel %d: running mean %g, want %g", c, mean[c], want)
		}
		if want := (1-momentum)*lab.parameter(RunningVariance)[c] + momentum*unbiased; math.Abs(variance[c]-want) > 1e-12 {
			t.Errorf("channel %d: running variance %g, want %g", c, variance[c], want)
		}
	}
	// The output does not change when a channel moves or, but for epsilon, grows.
	for c := range channels {
		sum, product, size := 0., 0., 0.
		x := channel(lab.values[0], c, channels)
		for i, gradient := range channel(gradients[0], c, channels) {
			sum += gradient
			product += gradient * x[i]
			size += math.Abs(gradient)
		}
		if math.Abs(sum) > 1e-12*size {
			t.Errorf("channel %d: the gradient sums to %g, want 0", c, sum)
		}
		if math.Abs(product) > 1e-4*size {
			t.Errorf("channel %d: the gradient times x sums to %g, want nearly 0", c, product)
		}
	}
}

func TestBatchNormGradients(t *testing.T) {
	for _, phase := range []Phase{Training, Inference} {
		newLaboratory(t, BatchNorm{}, phase, 3, Shape{2, 2, 3}).checkGradients()
	}
	newLaboratory(t, BatchNorm{Epsilon: .5, Momentum: .3}, Training, 5, Vector(2)).checkGradients()
}

func TestBatchNormInInference(t *testing.T) {
	const channels, epsilon = 3, .25
	lab := newLaboratory(t, BatchNorm{Epsilon: epsilon}, Inference, 1, Vector(channels))
	y, _, _ := lab.run()
	for c, x := range lab.values[0] {
		want := (x-lab.parameter(RunningMean)[c])/math.Sqrt(lab.parameter(RunningVariance)[c]+epsilon)*
			lab.parameter(Scale)[c] + lab.parameter(Offset)[c]
		if math.Abs(y[c]-want) > 1e-12 {
			t.Errorf("channel %d: %g, want %g", c, y[c], want)
		}
	}
	for _, role := range []Role{RunningMean, RunningVariance} {
		if distance(t, lab.stored(role), lab.parameter(role)) != 0 {
			t.Errorf("inference changed the %s", role)
		}
	}
}

func TestBatchNormMomentum(t *testing.T) {
	lab := newLaboratory(t, BatchNorm{Momentum: 1}, Training, 4, Vector(1))
	lab.run()
	mean, variance := stat.MeanVariance(lab.values[0], nil)
	if got := lab.stored(RunningMean)[0]; math.Abs(got-mean) > 1e-12 {
		t.Errorf("with momentum 1 the running mean is %g, want the batch's, %g", got, mean)
	}
	if got := lab.stored(RunningVariance)[0]; math.Abs(got-variance) > 1e-12 {
		t.Errorf("with momentum 1 the running variance is %g, want the batch's, %g", got, variance)
	}
}

func TestBatchNormOfOneValue(t *testing.T) {
	lab := newLaboratory(t, BatchNorm{}, Training, 1, Vector(2))
	_, err := lab.exec.Call(tensors.FromFlatDataAndDimensions(lab.values[0], 1, 1, 1, 2))
	if err == nil || !strings.Contains(err.Error(), "training needs more than one value a channel") {
		t.Errorf("got %v", err)
	}
}
