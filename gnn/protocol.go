package gnn

import (
	"fmt"

	"espalier/data"
	"espalier/seed"
)

// Protocol is how a graph is prepared and its nodes are split. Results on a set can be
// compared only if their protocol is the same.
type Protocol string

// The protocols.
const (
	// PublicSplit is Planetoid's: features whose rows sum to 1, the split that came with
	// the set. Seeds differ in initial weights and dropout only.
	PublicSplit Protocol = "public"
	// RandomSplits is that of Shchur et al., "Pitfalls of graph neural network
	// evaluation", 2018: the largest component, features of 0 and 1, and for each seed
	// 20 nodes of each class for training and 30 for validation.
	RandomSplits Protocol = "shchur"
	// TenSplits is that of Pei et al., "Geom-GCN", ICLR 2020: features whose rows sum to
	// 1, and, of the ten splits that came with the set, number (s−1) mod 10 for seed s.
	TenSplits Protocol = "ten-splits"
	// GivenSplits leaves the features as they are; seed s takes, of the splits that came
	// with the set, number (s−1) mod how many there are.
	GivenSplits Protocol = "given-splits"
)

// protocols are those in which a set is usually compared.
var protocols = map[string]Protocol{
	"cora": PublicSplit, "citeseer": PublicSplit, "pubmed": PublicSplit,
	"amazon-photo": RandomSplits, "amazon-computers": RandomSplits, "coauthor-cs": RandomSplits, "coauthor-physics": RandomSplits,
	"actor": TenSplits, "chameleon": TenSplits, "chameleon-filtered": TenSplits, "cornell": TenSplits, "texas": TenSplits, "wisconsin": TenSplits,
	"wiki-cs": GivenSplits, "ogbn-arxiv": GivenSplits,
}

// ProtocolOf is the protocol in which results on a set are usually compared.
func ProtocolOf(set string) (Protocol, error) {
	if p, ok := protocols[set]; ok {
		return p, nil
	}
	return "", fmt.Errorf("no protocol is known for graph %q: its nodes have to be split by other means", set)
}

// Prepare returns the prepared graph and the split of a seed, for a graph as
// data.OpenGraph returns it.
func (p Protocol) Prepare(g *data.Graph, s seed.Seed) (*data.Graph, data.NodeSplit, error) {
	if g.Features() == nil {
		return nil, data.NodeSplit{}, fmt.Errorf("graph %q has no features", g.Name())
	}
	switch p {
	case RandomSplits:
		g = g.LargestComponent().BinaryFeatures()
		split, err := data.PerClassSplit{}.Split(g, s)
		return g, split, err
	case PublicSplit, TenSplits, GivenSplits:
	default:
		return nil, data.NodeSplit{}, fmt.Errorf("no protocol is called %q: there are %s, %s, %s and %s",
			string(p), PublicSplit, RandomSplits, TenSplits, GivenSplits)
	}
	splits := g.Splits()
	if len(splits) == 0 {
		return nil, data.NodeSplit{}, fmt.Errorf("graph %q has no splits of its own, one of which protocol %s takes", g.Name(), p)
	}
	if p != GivenSplits {
		g = g.NormalisedRows()
	}
	if p == PublicSplit {
		return g, splits[0], nil
	}
	return g, splits[uint64(s-1)%uint64(len(splits))], nil
}
