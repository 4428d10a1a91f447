package prune

import (
	"context"
	"fmt"
	"math/rand/v2"

	"espalier/internal/registry"
	"espalier/nn"
)

// Input is what a score may look at.
type Input struct {
	Network *nn.Network
	// Weights are those that training has come to, Initial those it began from.
	Weights, Initial nn.Weights
	// Mask says what lives; nil is the dense network.
	Mask *Mask
	// Random returns the stream of random numbers that belongs to a parameter,
	// from its beginning. Only scores that draw need it.
	Random func(parameter string) *rand.Rand
	// Derivatives are those of the loss; nil if the caller has no data or no backend.
	// Only scores that look at the loss need them.
	Derivatives Derivatives
	// Features computes the network's feature maps for a batch of training images; nil
	// if the caller has no data or no backend. Only criteria that look at feature maps
	// need it.
	Features func(ctx context.Context) (*FeatureMaps, error)
}

// Values are one number for each weight of some parameters, by the parameter's
// name, in the order of its weights.
type Values map[string][]float32

// Score rates every prunable weight of a network; those with the smallest values
// are removed first. Values of pruned weights do not matter, and neither do those
// of spared layers. A score must not change its input.
type Score func(ctx context.Context, in Input) (Values, error)

// scores are the registered scores.
var scores = registry.New[Score]("score")

// Register makes a score known by a name, to the command line among others. It belongs
// in an init function, and fails if the name is empty or taken.
func Register(name string, score Score) error {
	if score == nil {
		return fmt.Errorf("register score %q: it needs a function", name)
	}
	return scores.Add(name, score)
}

// Lookup returns the score of a name, or an error that suggests or lists names.
func Lookup(name string) (Score, error) { return scores.Lookup(name) }

// Names lists the registered scores in alphabetical order.
func Names() []string { return scores.Names() }
