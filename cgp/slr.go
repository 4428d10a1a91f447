package cgp

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"espalier/nn"
	"espalier/prune"
)

// SLR prunes a trained network by surrogate Lagrangian relaxation (Gurevin et al.,
// "Enabling Retrain-free Deep Neural Network Pruning Using Surrogate Lagrangian
// Relaxation", IJCAI 2021): weights W are pulled towards weights Z that have the target
// density, by multipliers Λ,
//
//	loss(W) + Λ·(W − Z) + ρ/2·‖W − Z‖²
//
// After each epoch the multipliers move, Z becomes the largest values of W + Λ/ρ, and
// the multipliers move again, by steps
//
//	s' = α·s·‖W_last − Z‖ / ‖W − Z‖        Λ += s'·(W − Z)
//	s  = α·s'·‖W − Z_last‖ / ‖W − Z‖       Λ += s·(W − Z)
//	α  = 1 − 1/(M·k^(1 − 1/k^r))           in epoch k, counted from 1
//
// each only if it lowers the Lagrangian. The zero value has the numbers of Peng et
// al., "Towards Sparsification of Graph Neural Networks", ICCD 2022.
type SLR struct {
	Penalty  float64 // ρ; 0 means .01
	Step     float64 // s at the beginning; 0 means .01
	M        float64 // 0 means 200
	Exponent float64 // r; 0 means .1
}

func (o SLR) withDefaults() SLR {
	o.Penalty, o.Step = cmp.Or(o.Penalty, .01), cmp.Or(o.Step, .01)
	o.M, o.Exponent = cmp.Or(o.M, 200), cmp.Or(o.Exponent, .1)
	return o
}

// Check reports invalid numbers.
func (o SLR) Check() error {
	o = o.withDefaults()
	if !(o.Penalty > 0 && o.Step > 0 && o.M > 1 && o.Exponent > 0 && o.Exponent < 1) {
		return fmt.Errorf("SLR with penalty %v, step %v, M %v, exponent %v; it needs a penalty and a step above 0, M above 1, an exponent in (0, 1)", o.Penalty, o.Step, o.M, o.Exponent)
	}
	return nil
}

// alpha shrinks the steps of an epoch, counted from 1.
func (o SLR) alpha(epoch int) float64 {
	k := float64(epoch)
	return 1 - 1/(o.M*math.Pow(k, 1-math.Pow(k, -o.Exponent)))
}

// Relaxation is the state of an SLR on the weights of one pool, which are concatenated.
type Relaxation struct {
	options             SLR
	keep                int
	epoch               int
	step                float64
	last                []float32 // W of the epoch before
	target, multipliers []float32 // Z and Λ
}

// Relax starts from weights, of which keep are to remain.
func (o SLR) Relax(weights []float32, keep int) (*Relaxation, error) {
	r := &Relaxation{
		options: o.withDefaults(), keep: keep,
		last: slices.Clone(weights), multipliers: make([]float32, len(weights)),
	}
	r.step = r.options.Step
	var err error
	r.target, err = r.project(weights)
	return r, err
}

// Target is Z for the loss of the next epoch. Like Multipliers, it must not be changed.
func (r *Relaxation) Target() []float32 { return r.target }

// Multipliers are Λ.
func (r *Relaxation) Multipliers() []float32 { return r.multipliers }

// Penalty is ρ.
func (r *Relaxation) Penalty() float64 { return r.options.Penalty }

// Update takes the weights after an epoch, with the losses of the network with these
// weights and with those of the epoch before.
func (r *Relaxation) Update(weights []float32, loss, before float64) error {
	r.epoch++
	alpha := r.options.alpha(r.epoch)
	if r.lagrangian(weights, r.target)+loss < r.lagrangian(r.last, r.target)+before {
		r.move(weights, r.target, alpha*r.step*ratio(distance(r.last, r.target), distance(weights, r.target)))
	}
	shifted := make([]float32, len(weights))
	for i, w := range weights {
		shifted[i] = w + r.multipliers[i]/float32(r.options.Penalty)
	}
	target, err := r.project(shifted)
	if err != nil {
		return err
	}
	if r.lagrangian(weights, target) < r.lagrangian(weights, r.target) {
		r.move(weights, target, alpha*r.step*ratio(distance(weights, r.target), distance(weights, target)))
	}
	r.target, r.last = target, slices.Clone(weights)
	return nil
}

// move adds a step to the multipliers.
func (r *Relaxation) move(weights, target []float32, step float64) {
	r.step = step
	for i := range r.multipliers {
		r.multipliers[i] += float32(step) * (weights[i] - target[i])
	}
}

// lagrangian is the Lagrangian without the network's loss.
func (r *Relaxation) lagrangian(weights, target []float32) float64 {
	linear, square := 0.0, 0.0
	for i, w := range weights {
		d := float64(w - target[i])
		linear, square = linear+float64(r.multipliers[i])*d, square+d*d
	}
	return linear + r.options.Penalty/2*square
}

// project keeps the largest values.
func (r *Relaxation) project(values []float32) ([]float32, error) {
	mask, err := largest(prune.Absolute(values), r.keep)
	if err != nil {
		return nil, err
	}
	projected := make([]float32, len(values))
	for i := range mask.Live(pooled) {
		projected[i] = values[i]
	}
	return projected, nil
}

// pooled is the one parameter of the mask of largest.
const pooled = "pool"

// largest is the mask of the largest scores.
func largest(scores []float32, keep int) (*prune.Mask, error) {
	mask := prune.OnesOf([]nn.Parameter{{Name: pooled, Shape: []int{len(scores)}}})
	return mask.Remove(prune.Values{pooled: scores}, len(scores)-keep, pooled)
}

func distance(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		d := float64(a[i] - b[i])
		sum += d * d
	}
	return math.Sqrt(sum)
}

// ratio of two distances; 1 where the second is none.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 1
	}
	return a / b
}
