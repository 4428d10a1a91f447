package gnn

import (
	"fmt"
	"math"
)

// Stop says when training ends before its last epoch, and which epoch's weights are the
// result. The zero value trains to the end and takes the last epoch.
type Stop struct {
	// Select is by what an epoch is chosen.
	Select Selection
	// Patience ends training after so many epochs without one that is better by Select,
	// for AccuracyAndLoss without one that is better in either; 0 never does.
	Patience int
	// Window ends training at the first epoch whose validation loss is above the mean
	// of so many before it, as GCN's code does from the second epoch after as many on;
	// 0 never does.
	Window int
	// After leaves out epochs up to this one, counted from 1, when an epoch is chosen.
	After int
}

// Selection is the criterion that chooses the epoch whose weights are the result.
type Selection string

// The selections. Of equal epochs LeastLoss and BestAccuracy take the first.
const (
	LastEpoch    Selection = "last"
	LeastLoss    Selection = "loss"
	BestAccuracy Selection = "accuracy"
	// AccuracyAndLoss takes the last epoch that was at least as good as all before it
	// both in accuracy and in loss, as GAT's code does.
	AccuracyAndLoss Selection = "accuracy and loss"
)

func (s Stop) check() error {
	switch s.Select {
	case "", LastEpoch, LeastLoss, BestAccuracy, AccuracyAndLoss:
	default:
		return fmt.Errorf("no epoch is selected by %q: there are %s, %s, %s, %s", string(s.Select), LastEpoch, LeastLoss, BestAccuracy, AccuracyAndLoss)
	}
	if s.Patience < 0 || s.Window < 0 || s.After < 0 {
		return fmt.Errorf("stopping with patience %d, window %d, after %d; none may be negative", s.Patience, s.Window, s.After)
	}
	return nil
}

// stopper follows the validation scores of a training.
type stopper struct {
	Stop
	loss, accuracy float64 // the best so far
	since          int     // epochs without a better one
	losses         []float64
}

func newStopper(s Stop) *stopper {
	return &stopper{Stop: s, loss: math.Inf(1), accuracy: math.Inf(-1)}
}

// see takes the validation score of an epoch, counted from 1, and says whether its
// weights are the result so far and whether training ends.
func (s *stopper) see(epoch int, v Score) (chosen, ends bool) {
	s.losses = append(s.losses, v.Loss)
	if epoch <= s.After {
		return false, false
	}
	var better bool
	switch s.Select {
	case LeastLoss:
		better = v.Loss < s.loss
		chosen = better
	case BestAccuracy:
		better = v.Accuracy > s.accuracy
		chosen = better
	case AccuracyAndLoss:
		better = v.Accuracy >= s.accuracy || v.Loss <= s.loss
		chosen = v.Accuracy >= s.accuracy && v.Loss <= s.loss
	default:
		better, chosen = v.Loss < s.loss, true
	}
	s.loss, s.accuracy = min(s.loss, v.Loss), max(s.accuracy, v.Accuracy)
	s.since++
	if better {
		s.since = 0
	}
	return chosen, s.Patience > 0 && s.since >= s.Patience || s.rising(epoch)
}

// rising says that the last loss is above the mean of those in the window before it.
func (s *stopper) rising(epoch int) bool {
	if s.Window == 0 || epoch <= s.Window+1 {
		return false
	}
	sum := 0.0
	for _, loss := range s.losses[epoch-1-s.Window : epoch-1] {
		sum += loss
	}
	return s.losses[epoch-1] > sum/float64(s.Window)
}
