package simd

import (
	"math"
	"math/rand/v2"
	"testing"
)

func float64s(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

func TestMomentum(t *testing.T) {
	everyVariant(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 16, 37, 70001} {
			for _, nesterov := range []bool{false, true} {
				r := rand.New(rand.NewPCG(12, 12))
				m := Momentum{Rate: 0.1, Momentum: 0.9, Decay: 5e-4, Nesterov: nesterov}
				w, v := newGuarded(n), newGuarded(n)
				copy(w.data, random(r, n))
				clear(v.data)
				wantW, wantV := float64s(w.data), float64s(v.data)
				for range 3 {
					gradient := random(r, n)
					m.Step(w.data, v.data, gradient)
					for i := range wantW {
						g := float64(gradient[i]) + 5e-4*wantW[i]
						wantV[i] = 0.9*wantV[i] + g
						if nesterov {
							wantW[i] -= 0.1 * (g + 0.9*wantV[i])
						} else {
							wantW[i] -= 0.1 * wantV[i]
						}
					}
				}
				w.check(t)
				v.check(t)
				checkNear(t, "w", w.data, wantW, 1e-6, 1)
				checkNear(t, "v", v.data, wantV, 1e-6, 1)
			}
		}
	})
}

func TestAdam(t *testing.T) {
	everyVariant(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 16, 37, 70001} {
			r := rand.New(rand.NewPCG(13, 13))
			w, m, v := newGuarded(n), newGuarded(n), newGuarded(n)
			copy(w.data, random(r, n))
			clear(m.data)
			clear(v.data)
			wantW, wantM, wantV := float64s(w.data), float64s(m.data), float64s(v.data)
			for step := 1; step <= 4; step++ {
				bias1, bias2 := 1-math.Pow(0.9, float64(step)), 1-math.Pow(0.999, float64(step))
				a := Adam{Rate: float32(0.01 / bias1), MeanRate: 0.1, SquareDecay: 0.999, SquareRate: 0.001,
					Deviation: float32(math.Sqrt(bias2)), Epsilon: 1e-8, Decay: 5e-4}
				gradient := random(r, n)
				a.Step(w.data, m.data, v.data, gradient)
				for i := range wantW {
					g := float64(gradient[i]) + 5e-4*wantW[i]
					wantM[i] = 0.9*wantM[i] + 0.1*g
					wantV[i] = 0.999*wantV[i] + 0.001*g*g
					wantW[i] -= 0.01 * (wantM[i] / bias1) / (math.Sqrt(wantV[i]/bias2) + 1e-8)
				}
			}
			w.check(t)
			m.check(t)
			v.check(t)
			checkNear(t, "w", w.data, wantW, 1e-5, 1)
			checkNear(t, "m", m.data, wantM, 1e-5, 1)
			checkNear(t, "v", v.data, wantV, 1e-4, 1e-2)
		}
	})
}
