package gnn

import (
	"fmt"
	"math"
	"runtime"
	"sync"

	"espalier/data"
)

// Normalisation is how an adjacency A, without loops, is divided by the degrees D of its
// nodes. Nodes without edges get nothing.
type Normalisation string

// The normalisations.
const (
	Symmetric  Normalisation = "DAD" // D^-½ A D^-½
	RowWise    Normalisation = "DA"  // D^-1 A: the mean over neighbours
	ColumnWise Normalisation = "AD"  // A D^-1: what a node has is divided among its neighbours
)

// Diffusion spreads numbers along edges,
//
//	Y ← Alpha · S · Y + (1−Alpha) · Y₀
//
// in float64, with S the normalised adjacency. It is the step of label propagation and
// of Correct & Smooth. Equal inputs give equal bits.
type Diffusion struct {
	Normalisation Normalisation // empty means Symmetric
	Alpha         float64       // 0 means 0.9
	Steps         int           // 0 means 50
}

func (d Diffusion) withDefaults() Diffusion {
	if d.Normalisation == "" {
		d.Normalisation = Symmetric
	}
	if d.Alpha == 0 {
		d.Alpha = 0.9
	}
	if d.Steps == 0 {
		d.Steps = 50
	}
	return d
}

func (d Diffusion) check() error {
	switch d.Normalisation {
	case "", Symmetric, RowWise, ColumnWise:
	default:
		return fmt.Errorf("no normalisation is called %q: there are %s, %s and %s", string(d.Normalisation), Symmetric, RowWise, ColumnWise)
	}
	if !(d.Alpha >= 0 && d.Alpha <= 1) || d.Steps < 0 {
		return fmt.Errorf("a diffusion of %d steps with alpha %v; alpha must be in [0, 1]", d.Steps, d.Alpha)
	}
	return nil
}

// run diffuses start [nodes, width]; after changes the rows from one node to below
// another after each step.
func (d Diffusion) run(g *data.Graph, start []float64, width int, after func(y []float64, from, to int)) []float64 {
	d = d.withDefaults()
	in := g.Incoming()
	starts, sources := in.Starts(), in.Nodes()
	values := d.Normalisation.values(starts, sources)
	y, next := append([]float64(nil), start...), make([]float64, len(start))
	for range d.Steps {
		eachRange(g.Nodes(), func(from, to int) {
			for i := from; i < to; i++ {
				row := next[i*width : (i+1)*width]
				clear(row)
				for e := starts[i]; e < starts[i+1]; e++ {
					source := y[int(sources[e])*width:]
					for j := range row {
						row[j] += values[e] * source[j]
					}
				}
				for j := range row {
					row[j] = d.Alpha*row[j] + (1-d.Alpha)*start[i*width+j]
				}
			}
			after(next, from, to)
		})
		y, next = next, y
	}
	return y
}

// values are the numbers of the edges of compressed rows by target.
func (n Normalisation) values(starts, sources []int32) []float64 {
	inverse := make([]float64, len(starts)-1)
	for i := range inverse {
		if degree := float64(starts[i+1] - starts[i]); degree > 0 {
			inverse[i] = 1 / degree
		}
	}
	values := make([]float64, len(sources))
	for i := range inverse {
		for e := starts[i]; e < starts[i+1]; e++ {
			switch source := sources[e]; n {
			case RowWise:
				values[e] = inverse[i]
			case ColumnWise:
				values[e] = inverse[source]
			default:
				values[e] = math.Sqrt(inverse[i]) * math.Sqrt(inverse[source])
			}
		}
	}
	return values
}

// eachRange cuts 0 … n into ranges that are worked on beside each other.
func eachRange(n int, work func(from, to int)) {
	parts := min(runtime.GOMAXPROCS(0), max(1, n/512))
	var running sync.WaitGroup
	for part := range parts {
		running.Go(func() { work(part*n/parts, (part+1)*n/parts) })
	}
	running.Wait()
}

// clip holds rows of y to a range.
func clip(lowest, highest float64, width int) func(y []float64, from, to int) {
	return func(y []float64, from, to int) {
		for i, v := range y[from*width : to*width] {
			y[from*width+i] = max(lowest, min(highest, v))
		}
	}
}

// oneHot is [nodes, classes] with the labels of some nodes; other rows are 0.
func oneHot(g *data.Graph, nodes []int32) []float64 {
	y := make([]float64, g.Nodes()*g.Classes())
	for _, node := range nodes {
		y[int(node)*g.Classes()+g.Label(int(node))] = 1
	}
	return y
}

// checkLabelled reports nodes that are none of a graph's or come twice, and a graph
// without labels.
func checkLabelled(g *data.Graph, nodes []int32) error {
	if g.Classes() == 0 {
		return fmt.Errorf("graph %q has no labels", g.Name())
	}
	seen := make([]bool, g.Nodes())
	for _, node := range nodes {
		if node < 0 || int(node) >= g.Nodes() {
			return fmt.Errorf("graph %q has no node %d", g.Name(), node)
		}
		if seen[node] {
			return fmt.Errorf("node %d of graph %q is labelled twice", node, g.Name())
		}
		seen[node] = true
	}
	return nil
}

// Accuracy is the share of some nodes whose largest number in y [nodes, classes] (the
// first among equal ones) is that of their class.
func Accuracy(g *data.Graph, y []float64, nodes []int32) float64 {
	right := 0
	for _, node := range nodes {
		best := 0
		row := y[int(node)*g.Classes() : (int(node)+1)*g.Classes()]
		for class, v := range row {
			if v > row[best] {
				best = class
			}
		}
		if best == g.Label(int(node)) {
			right++
		}
	}
	return float64(right) / float64(len(nodes))
}
