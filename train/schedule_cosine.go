package train

import "math"

func init() { schedules.Register("cosine", noArguments(Cosine{})) }

// Cosine lowers the learning rate to 0 along half a cosine, without restarts:
//
//	(1 + cos(π·t/T)) / 2
//
// at step t of T (Loshchilov and Hutter, SGDR, 2017; PyTorch's CosineAnnealingLR
// stepped each iteration).
type Cosine struct{}

// Factor falls from 1 at step 0 to just above 0 at the last.
func (Cosine) Factor(iteration int, c Clock) float64 {
	return (1 + math.Cos(math.Pi*float64(iteration)/float64(c.Total))) / 2
}

// String is "cosine".
func (Cosine) String() string { return "cosine" }
