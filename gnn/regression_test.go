package gnn_test

import (
	"math"

	"espalier/data"
)

// regression is SGC of some hops, or without any a logistic regression, trained from
// zero by Adam on all training nodes in float64, by plain loops. It returns the
// probabilities [nodes, classes].
type regression struct {
	g       *data.Graph
	hops    int
	epochs  int
	decay   float64
	weights []float64 // [features + 1, classes], the bias last
}

func (r *regression) run() []float64 {
	split := r.g.Splits()[0]
	features, classes := r.g.Features().Columns(), r.g.Classes()
	size := (features + 1) * classes
	r.weights = make([]float64, size)
	mean, square := make([]float64, size), make([]float64, size)
	x := r.propagated(split.Train)
	for t := 1; t <= r.epochs; t++ {
		gradient := make([]float64, size)
		for i, node := range split.Train {
			p := r.probabilities(x[i])
			p[r.g.Label(int(node))]--
			for c, d := range p {
				d /= float64(len(split.Train))
				for _, e := range x[i] {
					gradient[e.feature*classes+c] += e.value * d
				}
				gradient[features*classes+c] += d
			}
		}
		for k, g := range gradient {
			g += r.decay * r.weights[k]
			mean[k] += (1 - 0.9) * (g - mean[k])
			square[k] = 0.999*square[k] + (1-0.999)*g*g
			step := mean[k] / (1 - math.Pow(0.9, float64(t)))
			r.weights[k] -= 0.2 * step / (math.Sqrt(square[k]/(1-math.Pow(0.999, float64(t)))) + 1e-8)
		}
	}
	all := make([]int32, r.g.Nodes())
	for i := range all {
		all[i] = int32(i)
	}
	var out []float64
	for _, row := range r.propagated(all) {
		out = append(out, r.probabilities(row)...)
	}
	return out
}

// probabilities are the softmax of a row's logits.
func (r *regression) probabilities(row []element) []float64 {
	classes := r.g.Classes()
	p := append([]float64(nil), r.weights[len(r.weights)-classes:]...)
	for _, e := range row {
		for c := range p {
			p[c] += e.value * r.weights[e.feature*classes+c]
		}
	}
	sum := 0.0
	for c := range p {
		p[c] = math.Exp(p[c])
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
	return p
}

// element is a feature of a node that is not 0.
type element struct {
	feature int
	value   float64
}

// propagated are the rows of some nodes of Â^hops · X.
func (r *regression) propagated(nodes []int32) [][]element {
	rows := make([][]element, r.g.Nodes())
	for i := range rows {
		for f, v := range r.g.Features().Row(i) {
			rows[i] = append(rows[i], element{f, float64(v)})
		}
	}
	in := r.g.WithLoops().Incoming()
	sum := make([]float64, r.g.Features().Columns())
	for range r.hops {
		next := make([][]element, len(rows))
		for i := range next {
			clear(sum)
			for j := range in.Neighbours(i) {
				for _, x := range rows[j] {
					sum[x.feature] += x.value / math.Sqrt(float64(in.Degree(i))*float64(in.Degree(j)))
				}
			}
			for f, v := range sum {
				if v != 0 {
					next[i] = append(next[i], element{f, v})
				}
			}
		}
		rows = next
	}
	var chosen [][]element
	for _, node := range nodes {
		chosen = append(chosen, rows[node])
	}
	return chosen
}
