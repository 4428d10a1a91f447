package gnn

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"espalier/train"
)

// Preset is a network with the hyper-parameters that the literature has for a set, and
// the accuracy to expect.
type Preset struct {
	Set      string
	Protocol Protocol
	Network  Network
	Options  Options
	// Low and High bound the band in which the mean test accuracy of ten seeds must lie, 0
	// where nothing is known. It is this project's own, about what the literature has.
	Low, High float64
	// Published is a test accuracy that was printed, 0 if there is none of which the
	// source was read, and Source says where.
	Published float64
	Source    string
}

// FindPreset returns the preset of a network for a set. If the literature has none for
// the set, it is the one for the set's protocol.
func FindPreset(network, set string) (Preset, error) {
	protocol, err := ProtocolOf(set)
	if err != nil {
		return Preset{}, err
	}
	preset, ok := presets[key{network, set}]
	if !ok {
		preset, ok = byProtocol[protocolKey{network, protocol}]
	}
	if !ok {
		return Preset{}, fmt.Errorf("no hyper-parameters are known for %s on %s", network, set)
	}
	preset.Set, preset.Protocol = set, protocol
	known := expectations[key{network, set}]
	preset.Low, preset.High, preset.Published, preset.Source = known.low, known.high, known.published, known.source
	return preset, nil
}

// Presets lists the presets whose band or published accuracy is known, by set and
// network.
func Presets() []Preset {
	keys := slices.SortedFunc(maps.Keys(expectations), func(a, b key) int {
		return cmp.Or(strings.Compare(a.set, b.set), strings.Compare(a.network, b.network))
	})
	var list []Preset
	for _, k := range keys {
		// Each of them has a preset, as a test makes sure.
		if preset, err := FindPreset(k.network, k.set); err == nil {
			list = append(list, preset)
		}
	}
	return list
}

type key struct{ network, set string }

type protocolKey struct {
	network  string
	protocol Protocol
}

// adam is the optimizer of nearly all of them.
func adam(rate float64) train.Optimizer { return train.Adam{LearningRate: rate} }

// The ways to stop, of GAT's and APPNP's code, of Shchur et al., and of GCNII's code.
var (
	bothScores = Stop{Select: AccuracyAndLoss, Patience: 100}
	leastLoss  = Stop{Select: LeastLoss, Patience: 50}
	patient    = Stop{Select: LeastLoss, Patience: 100}
	bestOfAll  = Stop{Select: BestAccuracy, Patience: 200}
)

// presets are those for one set.
var presets = map[key]Preset{
	// Wu et al.'s code, whose weight decay was tuned for each set.
	{"sgc", "cora"}:     {Network: SGC{}, Options: Options{Epochs: 100, Optimizer: adam(0.2), WeightDecay: UniformDecay(1.3026542668438454e-05)}},
	{"sgc", "citeseer"}: {Network: SGC{}, Options: Options{Epochs: 150, Optimizer: adam(0.2), WeightDecay: UniformDecay(2.3546e-05)}},
	{"sgc", "pubmed"}:   {Network: SGC{}, Options: Options{Epochs: 100, Optimizer: adam(0.2), WeightDecay: UniformDecay(7.4039e-05)}},
	// Veličković et al.'s code.
	{"gat", "pubmed"}: {Network: GAT{OutputHeads: 8}, Options: Options{Epochs: 10000, WeightDecay: UniformDecay(1e-3), Stop: bothScores}},
	// Chen et al.'s code.
	{"gcnii", "cora"}:      gcnii(GCNII{}, 0.01),
	{"gcnii", "citeseer"}:  gcnii(GCNII{Layers: 32, Hidden: 256, Lambda: 0.6, Dropout: 0.7}, 0.01),
	{"gcnii", "pubmed"}:    gcnii(GCNII{Layers: 16, Hidden: 256, Lambda: 0.4, Dropout: 0.5}, 5e-4),
	{"gcn", "chameleon"}:   supervised(GCN{Hidden: 64, Bias: true}, 5e-5),
	{"gcnii", "chameleon"}: gcniiSupervised(GCNII{Layers: 8, Alpha: 0.2, Lambda: 1.5, Dropout: 0.5}, 5e-4),
	{"gcnii", "cornell"}:   gcniiSupervised(GCNII{Layers: 16, Alpha: 0.5, Lambda: 1, Dropout: 0.5}, 1e-3),
	{"gcnii", "texas"}:     gcniiSupervised(GCNII{Layers: 32, Alpha: 0.5, Lambda: 1.5, Dropout: 0.5}, 1e-4),
	// Mernyei and Cangea's code.
	{"gcn", "wiki-cs"}:   wikiCS(GCN{Hidden: 33, Dropout: 0.25, InputDropout: 0.25, Bias: true}, 0.02),
	{"gat", "wiki-cs"}:   wikiCS(GAT{Hidden: 14, Heads: 5, Dropout: 0.5, InputDropout: 0.5, AttentionDropout: 0.5}, 0.007),
	{"appnp", "wiki-cs"}: wikiCS(APPNP{Hidden: 14, Hops: 2, Teleport: 0.11, Dropout: 0.4, InputDropout: 0.4, EdgeDropout: 0.4}, 0.02),
	{"mlp", "wiki-cs"}:   wikiCS(MLP{Hidden: 35, Dropout: 0.35, InputDropout: 0.35}, 0.003),
	// Li et al.'s code.
	{"resgcn", "ogbn-arxiv"}: {Network: ResGCN{}, Options: Options{Epochs: 500, Stop: Stop{Select: BestAccuracy}}},
}

func wikiCS(n Network, rate float64) Preset {
	return Preset{Network: n, Options: Options{Epochs: 2000, Optimizer: adam(rate), WeightDecay: UniformDecay(5e-4), Stop: patient}}
}

// gcnii decays convolutions apart from the layers around them.
func gcnii(n GCNII, convolutions float64) Preset {
	return Preset{Network: n, Options: Options{Epochs: 1500, WeightDecay: WeightDecay{First: 5e-4, Middle: convolutions, Last: 5e-4}, Stop: patient}}
}

func gcniiSupervised(n GCNII, decay float64) Preset {
	return Preset{Network: n, Options: Options{Epochs: 1500, WeightDecay: UniformDecay(decay), Stop: patient}}
}

// byProtocol are those for all sets of a protocol. Shchur et al. have GCN, GAT and MLP;
// the other networks get the same training there. The ten splits have no settings that
// all papers share.
var byProtocol = map[protocolKey]Preset{
	// Kipf and Welling's code.
	{"gcn", PublicSplit}: {Network: GCN{}, Options: Options{WeightDecay: WeightDecay{First: 5e-4}, Stop: Stop{Window: 10}}},
	// Veličković et al.'s code, which trains for up to 100,000 epochs.
	{"gat", PublicSplit}: {Network: GAT{}, Options: Options{Epochs: 100_000, Optimizer: adam(0.005), WeightDecay: UniformDecay(5e-4), Stop: bothScores}},
	// Gasteiger et al.'s code.
	{"appnp", PublicSplit}: {Network: APPNP{}, Options: Options{Epochs: 10_000, WeightDecay: WeightDecay{First: 5e-3}, Stop: bothScores}},
	{"mlp", PublicSplit}:   {Network: MLP{}, Options: Options{WeightDecay: UniformDecay(5e-4), Stop: Stop{Select: LeastLoss}}},
	{"sage", PublicSplit}:  {Network: GraphSAGE{}, Options: Options{WeightDecay: UniformDecay(5e-4), Stop: Stop{Select: LeastLoss}}},
	{"gin", PublicSplit}:   {Network: GIN{Mean: true, Depth: 1}, Options: Options{WeightDecay: UniformDecay(5e-4), Stop: Stop{Select: LeastLoss}}},

	{"gcn", RandomSplits}:   shchur(GCN{Hidden: 64, Dropout: 0.8, InputDropout: 0.8, Bias: true}, 0.01, 1e-3),
	{"gat", RandomSplits}:   shchur(GAT{Dropout: 0.6, InputDropout: 0.6, AttentionDropout: 0.3}, 0.01, 0.01),
	{"mlp", RandomSplits}:   shchur(MLP{Hidden: 64, Dropout: 0.8, InputDropout: 0.8}, 0.005, 0.01),
	{"sgc", RandomSplits}:   shchur(SGC{}, 0.01, 1e-3),
	{"appnp", RandomSplits}: shchur(APPNP{}, 0.01, 1e-3),
	{"gcnii", RandomSplits}: shchur(GCNII{Layers: 8, Dropout: 0.5}, 0.01, 1e-3),

	{"gcn", TenSplits}:   supervised(GCN{Hidden: 64, Bias: true}, 5e-4),
	{"gat", TenSplits}:   supervised(GAT{}, 5e-4),
	{"mlp", TenSplits}:   supervised(MLP{}, 5e-4),
	{"sgc", TenSplits}:   supervised(SGC{}, 5e-6),
	{"appnp", TenSplits}: supervised(APPNP{EdgeDropout: None}, 5e-4),
	{"gcnii", TenSplits}: gcniiSupervised(GCNII{Layers: 8, Alpha: 0.5, Lambda: 1.5, Dropout: 0.5}, 5e-4),
}

func shchur(n Network, rate, decay float64) Preset {
	return Preset{Network: n, Options: Options{Epochs: 2000, Optimizer: adam(rate), WeightDecay: UniformDecay(decay), Stop: leastLoss}}
}

func supervised(n Network, decay float64) Preset {
	return Preset{Network: n, Options: Options{Epochs: 1000, WeightDecay: UniformDecay(decay), Stop: bestOfAll}}
}

// expectation is what a mean test accuracy must be and what was printed.
type expectation struct {
	low, high, published float64
	source               string
}

// Sources that were read.
const (
	cogDL        = "CogDL leaderboard"
	sgcReadme    = "Wu et al., README of their code"
	gcniiReadme  = "Chen et al., README of their code"
	geomGCNTable = "Luan et al. (ACM-GNN), Table 3"
	wikiCSReadme = "Mernyei and Cangea, evaluation of their code"
)

var expectations = map[key]expectation{
	{"gcn", "cora"}:       {.808, .828, .823, cogDL},
	{"gcn", "citeseer"}:   {.697, .723, .714, cogDL},
	{"gat", "cora"}:       {.820, .833, .829, cogDL},
	{"gat", "citeseer"}:   {.705, .725, .710, cogDL},
	{"sgc", "cora"}:       {.805, .815, .810, sgcReadme},
	{"sgc", "citeseer"}:   {.714, .724, .719, sgcReadme},
	{"appnp", "cora"}:     {.825, .838, .825, cogDL},
	{"appnp", "citeseer"}: {.710, .720, .712, cogDL},
	{"gcnii", "cora"}:     {.848, .857, .855, gcniiReadme},
	{"gcnii", "citeseer"}: {.724, .744, .734, gcniiReadme},

	{"gcn", "amazon-photo"}:     {low: .900, high: .924},
	{"gcn", "amazon-computers"}: {low: .802, high: .850},
	{"gcn", "coauthor-cs"}:      {low: .906, high: .916},
	{"gcn", "coauthor-physics"}: {low: .918, high: .938},

	{"gcn", "actor"}:       {low: .27, high: .30},
	{"mlp", "actor"}:       {low: .35, high: .37},
	{"gcn", "chameleon"}:   {low: .60, high: .65},
	{"gcnii", "chameleon"}: {published: .6386, source: geomGCNTable},
	{"gcnii", "actor"}:     {published: .3744, source: geomGCNTable},
	{"gcnii", "texas"}:     {published: .7757, source: geomGCNTable},

	{"gcn", "wiki-cs"}:       {published: .7719, source: wikiCSReadme},
	{"gat", "wiki-cs"}:       {published: .7765, source: wikiCSReadme},
	{"appnp", "wiki-cs"}:     {published: .7984, source: wikiCSReadme},
	{"mlp", "wiki-cs"}:       {published: .7244, source: wikiCSReadme},
	{"resgcn", "ogbn-arxiv"}: {published: .7192, source: "OGB leaderboard"},
}
