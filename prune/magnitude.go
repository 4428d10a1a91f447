package prune

import "context"

func init() { scores.Register("magnitude", Magnitude) }

// Magnitude rates a weight w by |w|, so that the smallest weights go first: the
// score of Han et al., "Learning both Weights and Connections for Efficient Neural
// Networks" (NeurIPS 2015), and of the lottery-ticket papers.
func Magnitude(ctx context.Context, in Input) (Values, error) {
	return magnitude(ctx, in)
}

var magnitude = Elementwise(func(weight, _ float32) float32 { return absolute(weight) })
