package bench

import (
	"context"
	"slices"
	"time"

	"github.com/gomlx/compute"

	"espalier/cgp"
	"espalier/data"
	"espalier/gnn"
	"espalier/seed"
)

// coSparsifications are whole trainings in which half of the edges, half of the features
// and nine tenths of the weights of a GCN with 512 hidden units go: on Cora, as long as
// CGP's; and on a graph as large as Amazon's Computers, a few epochs of it, which take as
// much memory as all.
func coSparsifications() []Case {
	return []Case{
		coSparsification("cgp/cora-h512/cell", cora, cgp.Options{}),
		coSparsification("cgp/computers-h512/epochs", computers, cgp.Options{Epochs: 6, Schedule: cgp.Schedule{Every: 2, End: 4}}),
	}
}

// problem is a graph with a split of its nodes.
type problem func(context.Context) (*data.Graph, data.NodeSplit, error)

// coSparsification times a training.
func coSparsification(name string, on problem, o cgp.Options) Case {
	o.Densities = cgp.Densities{Edges: .5, Features: .5, Weights: .1}
	return Case{
		Name: name,
		times: func(ctx context.Context, backend compute.Backend) ([]time.Duration, error) {
			g, split, err := on(ctx)
			if err != nil {
				return nil, err
			}
			p := cgp.Problem{
				Network: gnn.GCN{Hidden: 512, InputDropout: gnn.None, Bias: true},
				Graph:   g, Split: split, Seed: 1, Backend: backend,
			}
			return timed(ctx, func() error {
				_, err := cgp.CoSparsify(ctx, p, o)
				return err
			})
		},
	}
}

// cora is Cora with its public split.
func cora(ctx context.Context) (*data.Graph, data.NodeSplit, error) {
	whole, err := data.OpenGraph(ctx, "cora", "")
	if err != nil {
		return nil, data.NodeSplit{}, err
	}
	return gnn.PublicSplit.Prepare(whole, 1)
}

// The numbers of Computers: nodes, undirected edges, features, those of them that are
// not zero, and classes.
const (
	computersNodes    = 13_752
	computersEdges    = 245_861
	computersFeatures = 767
	computersNonZeros = 3_675_081
	computersClasses  = 10
)

// computers is a random graph with about the numbers of Computers.
func computers(context.Context) (*data.Graph, data.NodeSplit, error) {
	random := seed.Seed(0).Stream("computers")
	var split data.NodeSplit
	c := data.GraphContent{Name: "as large as computers", Nodes: computersNodes, Classes: computersClasses}
	starts, columns := []int32{0}, []int32(nil)
	for node := range computersNodes {
		for column := range int32(computersFeatures) {
			if random.IntN(computersNodes*computersFeatures) < computersNonZeros {
				columns = append(columns, column)
			}
		}
		starts = append(starts, int32(len(columns)))
		c.Labels = append(c.Labels, int32(node%computersClasses))
		part := &split.Test
		switch {
		case node < 20*computersClasses:
			part = &split.Train
		case node < 50*computersClasses:
			part = &split.Validation
		}
		*part = append(*part, int32(node))
	}
	for range computersEdges {
		c.Edges = append(c.Edges, data.Edge{From: int32(random.IntN(computersNodes)), To: int32(random.IntN(computersNodes))})
	}
	var err error
	if c.Features, err = data.NewSparseFeatures(computersFeatures, starts, columns, slices.Repeat([]float32{1}, len(columns))); err != nil {
		return nil, split, err
	}
	g, err := data.NewGraph(c)
	if err != nil {
		return nil, split, err
	}
	return g.WithoutLoops().Symmetrised().WithoutDuplicates(), split, nil
}
