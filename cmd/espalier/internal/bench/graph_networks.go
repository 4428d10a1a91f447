package bench

import (
	"context"
	"time"

	"github.com/gomlx/compute"

	"espalier/data"
	"espalier/gnn"
)

// graphNetworks are training steps on the whole of Cora: a GCN with two widths of the
// hidden layer, and a GAT, with Adam and their papers' dropout. Where PyTorch
// Geometric's users have a bias, so have these; the features, of which one in 79 is not
// zero, stay sparse.
func graphNetworks() []Case {
	return []Case{
		epoch("gcn/cora/epoch", gnn.GCN{Bias: true}),
		epoch("gcn/cora-h512/epoch", gnn.GCN{Hidden: 512, Bias: true}),
		epoch("gat/cora/epoch", gnn.GAT{}),
	}
}

// epoch times a training step on all nodes.
func epoch(name string, network gnn.Network) Case {
	return Case{
		Name: name,
		times: func(ctx context.Context, backend compute.Backend) ([]time.Duration, error) {
			p, err := onCora(ctx, backend, network)
			if err != nil {
				return nil, err
			}
			defer p.Close()
			return timed(ctx, func() error {
				_, err := p.Step(0.01)
				return err
			})
		},
	}
}

// onCora is a network on Cora, ready to be trained.
func onCora(ctx context.Context, backend compute.Backend, network gnn.Network) (*gnn.Program, error) {
	cora, err := data.OpenGraph(ctx, "cora", "")
	if err != nil {
		return nil, err
	}
	prepared, split, err := gnn.PublicSplit.Prepare(cora, 1)
	if err != nil {
		return nil, err
	}
	g, err := gnn.NewGraph(prepared)
	if err != nil {
		return nil, err
	}
	weights, err := gnn.Initialize(network, g.Shape(), "", 0)
	if err != nil {
		return nil, err
	}
	p, err := gnn.NewProgram(backend, gnn.Recipe{Network: network, Graph: g, Nodes: split.Train, WeightDecay: gnn.UniformDecay(5e-4)})
	if err != nil {
		return nil, err
	}
	return p, p.Load(weights, 0)
}
