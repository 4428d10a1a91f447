package nn

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// KindBatchNorm is the kind of BatchNorm.
const KindBatchNorm Kind = "batch norm"

// BatchNorm normalises each channel and then scales and shifts it,
//
//	y = (x - mean) / √(variance + ε) · scale + offset;
//
// Ioffe and Szegedy, ICML 2015. In the training phase mean and variance (divided
// by the number n of values in a channel) are the batch's, gradients flow through
// both, and the running statistics become
//
//	running ← (1 - momentum) · running + momentum · batch
//
// with the variance divided by n - 1, as PyTorch does. In the inference phase mean
// and variance are the running ones.
type BatchNorm struct {
	Epsilon  float64 // 0 is 1e-5
	Momentum float64 // 0 is 0.1
}

// WithDefaults replaces zeros by what they stand for.
func (l BatchNorm) WithDefaults() BatchNorm {
	if l.Epsilon == 0 {
		l.Epsilon = 1e-5
	}
	if l.Momentum == 0 {
		l.Momentum = .1
	}
	return l
}

// Kind is KindBatchNorm.
func (l BatchNorm) Kind() Kind { return KindBatchNorm }

// Output is the input's shape.
func (l BatchNorm) Output(inputs []Shape) (Shape, error) {
	if !(l.Epsilon >= 0) || !(l.Momentum >= 0 && l.Momentum <= 1) {
		return Shape{}, fmt.Errorf("batch norm with epsilon %g and momentum %g: want epsilon ≥ 0 and momentum in [0, 1]",
			l.Epsilon, l.Momentum)
	}
	return oneInput(KindBatchNorm, inputs)
}

// Parameters are scale, offset, and the running mean and variance.
func (l BatchNorm) Parameters(inputs []Shape) []Parameter {
	var parameters []Parameter
	for _, role := range []Role{Scale, Offset, RunningMean, RunningVariance} {
		parameters = append(parameters, Parameter{Role: role, Shape: []int{inputs[0].Channels}})
	}
	return parameters
}

// Build normalises. In the training phase it panics if a channel has only one value in
// the whole batch, because then the variance is undefined.
func (l BatchNorm) Build(b *Builder, inputs []*graph.Node) *graph.Node {
	l = l.WithDefaults()
	if b.Phase != Inference {
		return l.buildTraining(b, inputs[0])
	}
	return l.buildInference(b, inputs[0])
}

func (l BatchNorm) buildTraining(b *Builder, x *graph.Node) *graph.Node {
	g, channels := x.Graph(), x.Shape().Dim(3)
	n := x.Shape().Size() / channels
	if n < 2 {
		panic(fmt.Errorf("nn: batch norm %s: training needs more than one value a channel, and the batch is %s; use larger batches",
			b.layer, x.Shape()))
	}
	mean := graph.ReduceAndKeep(x, graph.ReduceMean, 0, 1, 2)
	centred := graph.Sub(x, mean)
	variance := graph.ReduceAndKeep(graph.Square(centred), graph.ReduceMean, 0, 1, 2)
	factor := l.factor(perChannel(b, g, Scale), variance)

	l.follow(b, RunningMean, graph.Reshape(mean, channels))
	l.follow(b, RunningVariance, graph.MulScalar(graph.Reshape(variance, channels), float64(n)/float64(n-1)))
	return graph.Add(graph.Mul(centred, factor), perChannel(b, g, Offset))
}

// buildInference folds normalisation, scale and offset into one product and one
// sum.
func (l BatchNorm) buildInference(b *Builder, x *graph.Node) *graph.Node {
	g := x.Graph()
	factor := l.factor(perChannel(b, g, Scale), perChannel(b, g, RunningVariance))
	shift := graph.Sub(perChannel(b, g, Offset), graph.Mul(perChannel(b, g, RunningMean), factor))
	return graph.Add(graph.Mul(x, factor), shift)
}

// factor is scale / √(variance + ε), a division because GoMLX has no gradient for
// Rsqrt.
func (l BatchNorm) factor(scale, variance *graph.Node) *graph.Node {
	return graph.Div(scale, graph.Sqrt(graph.AddScalar(variance, l.Epsilon)))
}

// follow moves a running statistic towards the batch's.
func (l BatchNorm) follow(b *Builder, role Role, batch *graph.Node) {
	running := b.Parameter(batch.Graph(), role)
	b.SetParameter(role, graph.Add(
		graph.MulScalar(running, 1-l.Momentum),
		graph.MulScalar(graph.StopGradient(batch), l.Momentum)))
}

// perChannel is a parameter [channels] as [1, 1, 1, channels].
func perChannel(b *Builder, g *graph.Graph, role Role) *graph.Node {
	return graph.ExpandLeftToRank(b.Parameter(g, role), 4)
}

func (l BatchNorm) origin(_ []Shape, _, channel int) int { return channel }

func (l BatchNorm) constant(node Node, p parameters, c int, inputs []plane, _ []Shape) plane {
	variance := float64(p(RunningVariance)[c]) + l.WithDefaults().Epsilon
	factor := float64(p(Scale)[c]) / math.Sqrt(variance)
	mean, offset := float64(p(RunningMean)[c]), float64(p(Offset)[c])
	return inputs[0].apply(node.Shape, func(x float32) float32 {
		return float32((float64(x)-mean)*factor + offset)
	})
}

func (l BatchNorm) narrow([]Shape, [][]int, []int) Layer { return l }
