package cpu

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"espalier/seed"
)

// reference normalizes and differentiates in plain float64, the features last.
type reference struct {
	mean, variance, y, dx, dscale, doffset []float64
}

func newReference(x, g, scale, offset []float64, epsilon float64) reference {
	c := len(scale)
	n := float64(len(x) / c)
	r := reference{make([]float64, c), make([]float64, c), make([]float64, len(x)), make([]float64, len(x)),
		make([]float64, c), make([]float64, c)}
	for i, v := range x {
		r.mean[i%c] += v / n
	}
	for i, v := range x {
		r.variance[i%c] += (v - r.mean[i%c]) * (v - r.mean[i%c]) / n
	}
	hat := func(i int) float64 { return (x[i] - r.mean[i%c]) / math.Sqrt(r.variance[i%c]+epsilon) }
	for i := range x {
		r.y[i] = hat(i)*scale[i%c] + offset[i%c]
		r.doffset[i%c] += g[i]
		r.dscale[i%c] += g[i] * hat(i)
	}
	for i := range x {
		k := i % c
		r.dx[i] = scale[k] / math.Sqrt(r.variance[k]+epsilon) * (g[i] - r.doffset[k]/n - hat(i)*r.dscale[k]/n)
	}
	return r
}

func TestBatchNorm(t *testing.T) {
	const epsilon = 1.0 / 1024
	b := newBackend(t, "")
	for _, dims := range [][]int{{4, 3}, {2, 5, 7, 16}, {64, 9, 9, 6}} {
		c := dims[len(dims)-1]
		size := shapes.Make(dtypes.Float64, dims...).Size()
		random := seed.Seed(3).Stream("batchnorm")
		draw := func(n int, center float64) []float64 {
			out := make([]float64, n)
			for i := range out {
				out[i] = random.NormFloat64() + center
			}
			return out
		}
		x, g, scale, offset := draw(size, 3), draw(size, 0), draw(c, 1), draw(c, 0)
		want := newReference(x, g, scale, offset, epsilon)
		for _, dtype := range []dtypes.DType{dtypes.Float64, dtypes.Float32} {
			tolerance := map[dtypes.DType]float64{dtypes.Float64: 1e-11, dtypes.Float32: 2e-5}[dtype]
			builder := b.Builder("batchnorm")
			f := builder.Main()
			in := make([]compute.Value, 4)
			for i, d := range [][]int{dims, dims, {c}, {c}} {
				var err error
				if in[i], err = f.Parameter("p", shapes.Make(dtype, d...), nil); err != nil {
					t.Fatal(err)
				}
			}
			y, mean, variance, err := f.BatchNormForTraining(in[0], in[2], in[3], epsilon, len(dims)-1)
			if err != nil {
				t.Fatal(err)
			}
			inference, err := f.BatchNormForInference(in[0], in[2], in[3], mean, variance, epsilon, len(dims)-1)
			if err != nil {
				t.Fatal(err)
			}
			dx, dscale, doffset, err := f.BatchNormGradient(in[0], in[2], mean, variance, in[1], epsilon, len(dims)-1)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.Return([]compute.Value{y, inference, mean, variance, dx, dscale, doffset}, nil); err != nil {
				t.Fatal(err)
			}
			got := execute(t, b, builder, as(dtype, x), as(dtype, g), as(dtype, scale), as(dtype, offset))
			for i, w := range [][]float64{want.y, want.y, want.mean, want.variance, want.dx, want.dscale, want.doffset} {
				if worst := distance(w, got[i].flat); !(worst < tolerance) {
					t.Errorf("%v %s: result %d is %g away, relative to its greatest element", dims, dtype, i, worst)
				}
			}
		}
	}
}

// as converts numbers to a float type.
func as(dtype dtypes.DType, x []float64) any {
	if dtype == dtypes.Float64 {
		return x
	}
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = float32(v)
	}
	return out
}

// distance is the greatest difference relative to the greatest magnitude.
func distance(want []float64, got any) float64 {
	at := func(i int) float64 {
		if x, ok := got.([]float32); ok {
			return float64(x[i])
		}
		return got.([]float64)[i]
	}
	var worst, scale float64
	for i, w := range want {
		worst, scale = max(worst, math.Abs(w-at(i))), max(scale, math.Abs(w))
	}
	return worst / scale
}
