package simd

import "math"

// updateTask is how many parameters one task updates.
const updateTask = 1 << 15

// Momentum is stochastic gradient descent with momentum and weight decay, as in
// PyTorch, whose velocity does not hold the rate: with g = gradient + decay·w,
//
//	v = momentum·v + g
//	w = w − rate·v                       (or, Nesterov: w − rate·(g + momentum·v))
type Momentum struct {
	Rate, Momentum, Decay float32
	Nesterov              bool
}

// Step updates weights and velocity in one pass.
func (m *Momentum) Step(p Parallel, weights, velocity, gradient []float32) {
	rateG, rateV := float32(0), m.Rate
	if m.Nesterov {
		rateG, rateV = m.Rate, m.Rate*m.Momentum
	}
	eachSpan(p, len(weights), func(from, to int) {
		active.momentum(&weights[from], &velocity[from], &gradient[from], to-from, m.Decay, m.Momentum, rateG, rateV)
	})
}

// eachSpan runs over n elements in tasks of updateTask.
func eachSpan(p Parallel, n int, f func(from, to int)) {
	if n == 0 {
		return
	}
	p(ceilDiv(n, updateTask), func(task int) {
		f(task*updateTask, min(n, (task+1)*updateTask))
	})
}

// Adam is D. Kingma and J. Ba's optimizer (arXiv:1412.6980), at step t = 1, 2, …:
//
//	m = β₁·m + (1 − β₁)·g
//	v = β₂·v + (1 − β₂)·g²
//	w = w − rate·m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε)
type Adam struct {
	Rate, Beta1, Beta2, Epsilon float32
}

// Step updates weights and both moments in one pass.
func (a *Adam) Step(p Parallel, weights, first, second, gradient []float32, step int) {
	k := [7]float32{
		a.Beta1, 1 - a.Beta1, a.Beta2, 1 - a.Beta2,
		float32(float64(a.Rate) / (1 - math.Pow(float64(a.Beta1), float64(step)))),
		float32(1 / (1 - math.Pow(float64(a.Beta2), float64(step)))),
		a.Epsilon,
	}
	eachSpan(p, len(weights), func(from, to int) {
		active.adam(&weights[from], &first[from], &second[from], &gradient[from], to-from, &k)
	})
}

// momentumGo updates, for i < n, with g = g[i] + decay·w[i],
//
//	v[i] = momentum·v[i] + g
//	w[i] = w[i] − velocityRate·v[i] − gradientRate·g
func momentumGo(w, v, gradient *float32, n int, decay, momentum, gradientRate, velocityRate float32) {
	ws, vs := vector(w, n), vector(v, n)
	for i, g := range vector(gradient, n) {
		g += decay * ws[i]
		vs[i] = momentum*vs[i] + g
		ws[i] -= velocityRate*vs[i] + gradientRate*g
	}
}

// adamGo updates, for i < n, with the coefficients β₁, 1−β₁, β₂, 1−β₂, rate c,
// correction d, ε,
//
//	m[i] = β₁·m[i] + (1−β₁)·g[i]
//	v[i] = β₂·v[i] + (1−β₂)·g[i]²
//	w[i] = w[i] − c·m[i]/(√(d·v[i]) + ε)
func adamGo(w, m, v, gradient *float32, n int, coefficients *[7]float32) {
	k := coefficients
	ws, ms, vs := vector(w, n), vector(m, n), vector(v, n)
	for i, g := range vector(gradient, n) {
		ms[i] = k[0]*ms[i] + k[1]*g
		vs[i] = k[2]*vs[i] + k[3]*g*g
		ws[i] -= k[4] * ms[i] / (float32(math.Sqrt(float64(vs[i]*k[5]))) + k[6])
	}
}
