package nn

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/blas/blas64"

	"espalier/internal/qr"
	"espalier/seed"
)

// Initializer names the distribution from which initial weights are drawn. The zero
// value stands for GlorotNormal, which is what the lottery ticket papers use.
type Initializer string

// The initializers, for a weight with fan-in i and fan-out o (Parameter.FanIn and
// FanOut). N(0, s) is a normal distribution with deviation s, U(b) a uniform one
// on [-b, b).
const (
	// GlorotNormal is N(0, √(2/(i+o))); Glorot and Bengio, AISTATS 2010.
	GlorotNormal Initializer = "glorot-normal"
	// GlorotUniform is U(√(6/(i+o))), with GlorotNormal's deviation.
	GlorotUniform Initializer = "glorot-uniform"
	// KaimingNormal is N(0, √(2/i)); He et al., ICCV 2015. It keeps the variance
	// of activations from layer to layer behind ReLU.
	KaimingNormal Initializer = "kaiming-normal"
	// KaimingUniform is U(√(6/i)), with KaimingNormal's deviation.
	KaimingUniform Initializer = "kaiming-uniform"
	// KaimingNormalFanOut is N(0, √(2/o)); it keeps the variance of gradients.
	KaimingNormalFanOut Initializer = "kaiming-normal-fan-out"
	// KaimingUniformFanOut is U(√(6/o)), with KaimingNormalFanOut's deviation.
	KaimingUniformFanOut Initializer = "kaiming-uniform-fan-out"
	// FanInUniform is U(√(1/i)), what PyTorch's linear layers and convolutions begin
	// with: its kaiming_uniform_ with a = √5.
	FanInUniform Initializer = "fan-in-uniform"
	// Orthogonal makes the weight, as a matrix [i, outputs], have orthonormal
	// columns, or orthonormal rows where there are fewer rows; Saxe et al., ICLR
	// 2014. It is distributed uniformly over all such matrices.
	Orthogonal Initializer = "orthogonal"
	// SignedConstant is ±√(2/i), each sign with probability ½; Zhou et al.,
	// "Deconstructing Lottery Tickets", NeurIPS 2019.
	SignedConstant Initializer = "signed-constant"
)

// drawers is keyed by every Initializer but the zero value.
var drawers = map[Initializer]func(p Parameter, random *rand.Rand) []float32{
	GlorotNormal:         normal(glorot),
	GlorotUniform:        uniform(glorot),
	KaimingNormal:        normal(kaimingFanIn),
	KaimingUniform:       uniform(kaimingFanIn),
	KaimingNormalFanOut:  normal(kaimingFanOut),
	KaimingUniformFanOut: uniform(kaimingFanOut),
	FanInUniform:         uniform(inverseFanIn),
	Orthogonal:           orthogonal,
	SignedConstant:       signedConstant,
}

// Initializers lists the initializers by name.
func Initializers() []Initializer { return slices.Sorted(maps.Keys(drawers)) }

// Check reports an initializer that does not exist.
func (i Initializer) Check() error {
	if _, ok := drawers[i.orDefault()]; !ok {
		return fmt.Errorf("no initializer is called %q: there are %s", string(i), joined(Initializers()))
	}
	return nil
}

func (i Initializer) orDefault() Initializer {
	if i == "" {
		return GlorotNormal
	}
	return i
}

// Initialize draws a network's initial parameters: weights from the initializer,
// biases, offsets and running means 0, scales and running variances 1. Each weight
// has a stream of random numbers of its own, named after it, so its values do not
// depend on the network's other layers nor on their order.
func Initialize(n *Network, initializer Initializer, s seed.Seed) (Weights, error) {
	if err := initializer.Check(); err != nil {
		return nil, err
	}
	weights := make(Weights, len(n.Parameters()))
	for _, p := range n.Parameters() {
		weights[p.Name] = initializer.Draw(p, s)
	}
	return weights, nil
}

// Draw returns the initial values of one parameter as Initialize has them. The
// initializer must exist, as Check says.
func (i Initializer) Draw(p Parameter, s seed.Seed) []float32 {
	switch p.Role {
	case Weight:
		return drawers[i.orDefault()](p, s.Stream("initialize "+p.Name))
	case Scale, RunningVariance:
		return slices.Repeat([]float32{1}, p.Size())
	default:
		return make([]float32, p.Size())
	}
}

// The deviations that Glorot's and He's analyses ask for.
func glorot(p Parameter) float64        { return math.Sqrt(2 / float64(p.FanIn()+p.FanOut())) }
func kaimingFanIn(p Parameter) float64  { return math.Sqrt(2 / float64(p.FanIn())) }
func kaimingFanOut(p Parameter) float64 { return math.Sqrt(2 / float64(p.FanOut())) }
func inverseFanIn(p Parameter) float64  { return math.Sqrt(1. / 3 / float64(p.FanIn())) }

func normal(deviation func(Parameter) float64) func(Parameter, *rand.Rand) []float32 {
	return func(p Parameter, random *rand.Rand) []float32 {
		scale := deviation(p)
		return fill(p.Size(), func() float64 { return scale * random.NormFloat64() })
	}
}

// uniform draws from [-√3·s, √3·s), which has deviation s.
func uniform(deviation func(Parameter) float64) func(Parameter, *rand.Rand) []float32 {
	return func(p Parameter, random *rand.Rand) []float32 {
		bound := math.Sqrt(3) * deviation(p)
		return fill(p.Size(), func() float64 { return bound * (2*random.Float64() - 1) })
	}
}

func signedConstant(p Parameter, random *rand.Rand) []float32 {
	deviation := kaimingFanIn(p)
	return fill(p.Size(), func() float64 { return deviation * float64(2*random.IntN(2)-1) })
}

// orthogonal takes Q of the QR decomposition of a matrix of normal draws, with
// each column's sign that of R's diagonal: without it Q would not be uniform
// (Mezzadri, Notices of the AMS, 2007).
func orthogonal(p Parameter, random *rand.Rand) []float32 {
	out := p.Shape[len(p.Shape)-1]
	in := p.Size() / out
	rows, columns := max(in, out), min(in, out)
	q := blas64.General{Rows: rows, Cols: columns, Stride: columns, Data: make([]float64, rows*columns)}
	for i := range q.Data {
		q.Data[i] = random.NormFloat64()
	}
	signs := qr.Orthonormalize(q)
	values := make([]float32, rows*columns)
	for row := range rows {
		for column := range columns {
			v := float32(signs[column] * q.Data[row*columns+column])
			if in >= out {
				values[row*columns+column] = v
			} else {
				values[column*rows+row] = v
			}
		}
	}
	return values
}

func fill(n int, draw func() float64) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(draw())
	}
	return values
}

// joined writes names for an error message.
func joined[T ~string](names []T) string {
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = string(name)
	}
	return strings.Join(words, ", ")
}
