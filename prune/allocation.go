package prune

import "espalier/nn"

// Pool is a set of parameters whose weights compete: the lowest rated ones are removed,
// whichever of the parameters they belong to.
type Pool struct {
	// Fraction of the pool's live weights to remove; at 0 none is.
	Fraction   float64
	Parameters []nn.Parameter
	// Beside are spared parameters that belong to what the fraction is taken of
	// for those ways of counting that include them; see CeilPlusOne.
	Beside []nn.Parameter
}

// Allocation divides the weights to be removed among a network's parameters. The
// candidates, in the order of the network, are the prunable parameters that are not
// spared. Each may be in at most one pool; those in none lose nothing.
type Allocation func(n *nn.Network, fraction float64, candidates, spared []nn.Parameter) []Pool

// Global lets all weights compete: the sparsity of each layer follows from their
// values.
func Global(_ *nn.Network, fraction float64, candidates, spared []nn.Parameter) []Pool {
	return []Pool{{Fraction: fraction, Parameters: candidates, Beside: spared}}
}

// ByLayer removes the same fraction from every layer.
func ByLayer(_ *nn.Network, fraction float64, candidates, _ []nn.Parameter) []Pool {
	pools := make([]Pool, len(candidates))
	for i := range candidates {
		pools[i] = Pool{Fraction: fraction, Parameters: candidates[i : i+1 : i+1]}
	}
	return pools
}

// Rates are the fractions by which ByKind prunes what is not a hidden linear
// layer. A rate of 0 stands for half the selection's fraction.
type Rates struct {
	Convolution float64
	Output      float64
}

// ByKind removes from each layer a fraction that depends on its kind: linear layers
// lose the selection's fraction, convolutions and the output layer what the rates say.
// This is how Frankle and Carbin prune, "The Lottery Ticket Hypothesis" (ICLR 2019),
// figure 2: with fraction 0.2, LeNet-300-100, Conv-2 and Conv-4 by the zero Rates,
// Conv-6 by Rates{Convolution: 0.15}.
func ByKind(rates Rates) Allocation {
	return func(n *nn.Network, fraction float64, candidates, spared []nn.Parameter) []Pool {
		pools, output := ByLayer(n, fraction, candidates, spared), OutputLayer(n)
		for i, p := range candidates {
			switch {
			case p.Layer == output:
				pools[i].Fraction = rateOrHalf(rates.Output, fraction)
			case p.Kind != nn.KindLinear:
				pools[i].Fraction = rateOrHalf(rates.Convolution, fraction)
			}
		}
		return pools
	}
}

func rateOrHalf(rate, fraction float64) float64 {
	if rate == 0 {
		return fraction / 2
	}
	return rate
}
