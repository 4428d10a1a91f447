package prune

import (
	"context"
	"errors"
)

func init() { scores.Register("random", Random) }

// Random rates weights by numbers drawn uniformly from [0, 1), the control that every
// other score has to beat. Each parameter draws from its own stream, Input.Random; with
// the same streams the same weights are rated low, so masks of rising sparsity are
// nested.
func Random(ctx context.Context, in Input) (Values, error) {
	if in.Random == nil {
		return nil, errors.New("random score: the input has no random streams")
	}
	values := make(Values)
	for _, p := range in.Network.Prunable() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		random, rated := in.Random(p.Name), make([]float32, p.Size())
		for i := range rated {
			rated[i] = random.Float32()
		}
		values[p.Name] = rated
	}
	return values, nil
}
