package simd

import "math"

// Momentum is stochastic gradient descent with momentum and weight decay, in PyTorch's
// form, in which the rate is no part of the velocity v: with g = gradient + Decay·w,
//
//	v = Momentum·v + g
//	w = w − Rate·v                       (or, Nesterov: w − Rate·(g + Momentum·v))
//
// Where w is infinite, g is NaN even if Decay is 0.
type Momentum struct {
	Rate, Momentum, Decay float32
	Nesterov              bool
}

// Step updates weights and velocity in one pass. All slices have len(weights) elements.
func (m *Momentum) Step(weights, velocity, gradient []float32) {
	n := len(weights)
	if n == 0 {
		return
	}
	kernel := active.momentum
	if m.Nesterov {
		kernel = active.nesterov
	}
	kernel(&weights[0], &velocity[:n][0], &gradient[:n][0], n, m.Decay, m.Momentum, m.Rate)
}

// Adam is one step of D. Kingma and J. Ba's optimizer (arXiv:1412.6980), with coupled
// weight decay and with bias corrections that the caller computes: with
// g = gradient + Decay·w,
//
//	m = m + MeanRate·(g − m)
//	v = SquareDecay·v + SquareRate·g²
//	w = w − Rate·m/(√v/Deviation + Epsilon)
//
// MeanRate is 1 − β₁, SquareDecay β₂, SquareRate 1 − β₂, and at step t Rate is the
// learning rate over 1 − β₁ᵗ and Deviation √(1 − β₂ᵗ), whose inverse must be finite.
// Where w is infinite, g is NaN even if Decay is 0.
type Adam struct {
	Rate, MeanRate, SquareDecay, SquareRate, Deviation, Epsilon, Decay float32
}

// Step updates weights and both moments, mean m and square v, in one pass. All slices
// have len(weights) elements.
func (a *Adam) Step(weights, mean, square, gradient []float32) {
	n := len(weights)
	if n == 0 {
		return
	}
	k := [7]float32{a.Decay, a.MeanRate, a.SquareDecay, a.SquareRate, a.Rate, 1 / a.Deviation, a.Epsilon}
	active.adam(&weights[0], &mean[:n][0], &square[:n][0], &gradient[:n][0], n, &k)
}

// momentumGo updates, for i < n, with g = gradient[i] + decay·w[i],
//
//	v[i] = momentum·v[i] + g
//	w[i] = w[i] − rate·v[i]
func momentumGo(w, v, gradient *float32, n int, decay, momentum, rate float32) {
	ws, vs := vector(w, n), vector(v, n)
	for i, g := range vector(gradient, n) {
		vs[i] = momentum*vs[i] + (g + decay*ws[i])
		ws[i] -= rate * vs[i]
	}
}

// nesterovGo updates, for i < n, with g = gradient[i] + decay·w[i],
//
//	v[i] = momentum·v[i] + g
//	w[i] = w[i] − rate·(g + momentum·v[i])
func nesterovGo(w, v, gradient *float32, n int, decay, momentum, rate float32) {
	ws, vs := vector(w, n), vector(v, n)
	for i, g := range vector(gradient, n) {
		g += decay * ws[i]
		vs[i] = momentum*vs[i] + g
		ws[i] -= rate * (g + momentum*vs[i])
	}
}

// adamGo updates, for i < n, with the coefficients decay, a, b, c, rate, d, ε and
// g = gradient[i] + decay·w[i],
//
//	m[i] = m[i] + a·(g − m[i])
//	v[i] = b·v[i] + c·g²
//	w[i] = w[i] − rate·m[i]/(d·√v[i] + ε)
func adamGo(w, m, v, gradient *float32, n int, coefficients *[7]float32) {
	k := coefficients
	ws, ms, vs := vector(w, n), vector(m, n), vector(v, n)
	for i, g := range vector(gradient, n) {
		g += k[0] * ws[i]
		ms[i] += k[1] * (g - ms[i])
		vs[i] = k[2]*vs[i] + k[3]*(g*g)
		ws[i] -= k[4] * ms[i] / (float32(math.Sqrt(float64(vs[i])))*k[5] + k[6])
	}
}
