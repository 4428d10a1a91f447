package bench

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"espalier/gnn"
	"espalier/seed"
)

// sparseMatrices are products of a sparse matrix of the size of ogbn-arxiv's
// adjacency with dense ones of some columns.
func sparseMatrices() []Case {
	var cases []Case
	for _, columns := range []int{16, 128} {
		cases = append(cases, sparseMatrix(fmt.Sprintf("spmm/arxiv/f%d", columns), columns))
	}
	return cases
}

const (
	arxivNodes = 169_343
	arxivEdges = 2_315_598
)

// sparseMatrix multiplies the adjacency by a matrix.
func sparseMatrix(name string, columns int) Case {
	return Case{
		Name:  name,
		edges: func() float64 { return float64(len(arxiv().values)) * float64(columns) },
		times: func(ctx context.Context, backend compute.Backend) ([]time.Duration, error) {
			a := arxiv()
			pattern, err := gnn.NewPattern(arxivNodes, arxivNodes, a.target, a.source)
			if err != nil {
				return nil, err
			}
			exec, err := graph.NewExec(backend, func(x, values *graph.Node) []*graph.Node {
				return withProbe(pattern.In(x.Graph()).Multiply(x, values))
			})
			if err != nil {
				return nil, err
			}
			defer exec.Finalize()
			x := tensors.FromFlatDataAndDimensions(normal("x", arxivNodes*columns), arxivNodes, columns)
			weights := tensors.FromFlatDataAndDimensions(a.values, len(a.values))
			return timed(ctx, func() error { return finish(exec.Call(x, weights)) })
		},
	}
}

// adjacency is a sparse matrix by its elements.
type adjacency struct {
	source, target []int32
	values         []float32
}

// arxiv is drawn once it is needed.
var arxiv = sync.OnceValue(func() adjacency { return powerLaw(arxivNodes, arxivEdges) })

// powerLaw draws the edges of a graph whose nodes have degrees of a Pareto
// distribution of exponent 1.5. Edges are sorted by target and source; one drawn n
// times is there once, with the value n.
func powerLaw(nodes, edges int) adjacency {
	var a adjacency
	random := seed.Seed(0).Stream("power law")
	sums := make([]float64, nodes)
	total := 0.0
	for i := range sums {
		total += math.Pow(1-random.Float64(), -1/1.5)
		sums[i] = total
	}
	draw := func() int64 { return int64(sort.SearchFloat64s(sums, random.Float64()*total)) }
	drawn := make([]int64, edges)
	for i := range drawn {
		drawn[i] = draw()*int64(nodes) + draw()
	}
	slices.Sort(drawn)
	for i, edge := range drawn {
		if i > 0 && edge == drawn[i-1] {
			a.values[len(a.values)-1]++
			continue
		}
		a.target = append(a.target, int32(edge/int64(nodes)))
		a.source = append(a.source, int32(edge%int64(nodes)))
		a.values = append(a.values, 1)
	}
	return a
}
