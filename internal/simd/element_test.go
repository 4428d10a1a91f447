package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// unaryTrue are the true values, and the bounds that Unary documents, in ULP.
var unaryTrue = [unaries]struct {
	f     func(float64) float64
	bound float64
}{
	Neg:     {func(x float64) float64 { return -x }, 0},
	Abs:     {math.Abs, 0},
	Sqrt:    {math.Sqrt, 0.5},
	Rsqrt:   {func(x float64) float64 { return 1 / math.Sqrt(x) }, 1.5},
	ReLU:    {func(x float64) float64 { return max(x, 0) }, 0},
	Exp:     {math.Exp, 1},
	Log:     {math.Log, 1},
	Tanh:    {math.Tanh, 1.5},
	Sigmoid: {func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 2},
}

// ulps is the distance of got from want in units in the last place of want.
func ulps(got float32, want float64) float64 {
	rounded := float32(want)
	switch {
	case math.IsNaN(want) || math.IsInf(float64(rounded), 0) || math.IsInf(float64(got), 0) || got != got:
		if got == rounded || got != got && math.IsNaN(want) {
			return 0
		}
		if math.IsInf(float64(got), 0) && math.Abs(want) > math.MaxFloat32*(1-0x1p-22) {
			return 1 // rounded away from the greatest number
		}
		if math.IsInf(float64(rounded), 0) && math.Abs(float64(got)) > math.MaxFloat32*(1-0x1p-22) {
			return 1
		}
		return math.Inf(1)
	}
	_, e := math.Frexp(want)
	return math.Abs(float64(got)-want) / math.Ldexp(1, max(e-24, -149))
}

// special are numbers where functions have corners.
var special = []float32{0, float32(math.Copysign(0, -1)), 1, -1, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()),
	math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, math.MaxFloat32, -math.MaxFloat32, 0x1p-126, 88.7, -88.7, 103, -103, 0.625, -0.625, 0.70710677}

// TestUnaryBounds walks through the float32 numbers, every 64th or so of all.
func TestUnaryBounds(t *testing.T) {
	step := uint32(4099)
	if testing.Short() {
		step = 65537
	}
	everyVariant(t, func(t *testing.T) {
		const n = 1023
		x, got := make([]float32, 0, n), make([]float32, n)
		worst := [unaries]float64{}
		flush := func() {
			for op := range unaries {
				op.Apply(got[:len(x)], x)
				for i, v := range x {
					want := unaryTrue[op].f(float64(v))
					off := ulps(got[i], want)
					if want != 0 && math.Abs(want) < 0x1p-126 {
						off--
						if op == Sigmoid && got[i] == 0 {
							continue
						}
					}
					if off > unaryTrue[op].bound {
						t.Fatalf("%v(%v) = %v, want %v: %.2f ULP", op, v, got[i], float32(want), off)
					}
					worst[op] = max(worst[op], off)
				}
			}
			x = x[:0]
		}
		x = append(x, special...)
		for b := uint32(0); ; b += step {
			if x = append(x, math.Float32frombits(b)); len(x) == n {
				flush()
			}
			if b > math.MaxUint32-step {
				break
			}
		}
		flush()
		for op := range unaries {
			t.Logf("%v: at most %.2f ULP", op, worst[op])
		}
	})
}

func binaryTrue(op Binary, x, y float32) float32 {
	switch op {
	case Add:
		return x + y
	case Sub:
		return x - y
	case Mul:
		return x * y
	case Div:
		return x / y
	case Max:
		return max(x, y)
	case Min:
		return min(x, y)
	case AddReLU:
		return max(x+y, 0)
	case ReLUGradient:
		if x > 0 {
			return y
		}
		return 0
	}
	holds := map[Binary]bool{Equal: x == y, NotEqual: x != y, Greater: x > y, GreaterOrEqual: x >= y}
	if holds[op] {
		return 1
	}
	return 0
}

// equal32 takes the zeros for equal, and what is no number.
func equal32(x, y float32) bool { return x == y || x != x && y != y }

// guarded is a slice with sentinels on both sides.
type guarded struct{ all, data []float32 }

const sentinel = -12345.5

func newGuarded(n int) guarded {
	all := make([]float32, n+64)
	for i := range all {
		all[i] = sentinel
	}
	return guarded{all, all[32 : 32+n : 32+n]}
}

func (g guarded) check(t *testing.T) {
	t.Helper()
	for i, v := range g.all {
		if (i < 32 || i >= 32+len(g.data)) && v != sentinel {
			t.Fatalf("written outside of the slice, at %d of %d", i-32, len(g.data))
		}
	}
}

func TestBinary(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	everyVariant(t, func(t *testing.T) {
		for op := range binaries {
			for _, n := range []int{0, 1, 7, 8, 15, 16, 17, 31, 63, 64, 65, 200, 361} {
				x, y := random(r, n), random(r, n)
				for i := range min(n, len(special)*len(special)) {
					x[i], y[i] = special[i%len(special)], special[i/len(special)%len(special)]
				}
				t.Run(fmt.Sprintf("%v/%d", op, n), func(t *testing.T) {
					dst := newGuarded(n)
					op.Apply(dst.data, x, y)
					dst.check(t)
					for i, got := range dst.data {
						if want := binaryTrue(op, x[i], y[i]); !equal32(got, want) {
							t.Fatalf("%v(%v, %v) = %v, want %v", op, x[i], y[i], got, want)
						}
					}
					for _, s := range special {
						op.ApplyScalar(dst.data, x, s)
						for i, got := range dst.data {
							if want := binaryTrue(op, x[i], s); !equal32(got, want) {
								t.Fatalf("%v(%v, scalar %v) = %v, want %v", op, x[i], s, got, want)
							}
						}
					}
					dst.check(t)
				})
			}
		}
	})
}

func TestAxpy(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	everyVariant(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 15, 16, 33, 100} {
			x, y := random(r, n), random(r, n)
			dst := newGuarded(n)
			copy(dst.data, y)
			Axpy(dst.data, 0.3, x)
			dst.check(t)
			for i, got := range dst.data {
				if want := float64(y[i]) + float64(float32(0.3))*float64(x[i]); math.Abs(float64(got)-want) > 2e-7*(1+math.Abs(want)) {
					t.Fatalf("[%d] = %v, want %v", i, got, want)
				}
			}
		}
	})
}
