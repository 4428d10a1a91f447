package experiments

import (
	"encoding/json"
	"math"
	"strconv"
)

// Number is a float64 that JSON can hold whatever its value: a number that is not
// finite, such as the deviation of a single run, is written as null and read back as
// NaN.
type Number float64

// MarshalJSON writes the number, or null.
func (n Number) MarshalJSON() ([]byte, error) {
	if x := float64(n); math.IsNaN(x) || math.IsInf(x, 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, float64(n), 'g', -1, 64), nil
}

// UnmarshalJSON reads a number, or null.
func (n *Number) UnmarshalJSON(text []byte) error {
	if number, ok := parseNumber(text); ok {
		*n = number
		return nil
	}
	return json.Unmarshal(text, (*float64)(n))
}

// The names of the metrics that more than one experiment measures.
const (
	Remaining          = "remaining"            // fraction of the prunable weights that live
	TestAccuracy       = "test_accuracy"        // at the end of training
	EarlyStopIteration = "early_stop_iteration" // of the least validation loss
	EarlyStopAccuracy  = "early_stop_accuracy"  // test accuracy at that iteration
	BestTestAccuracy   = "best_test_accuracy"   // at the highest validation accuracy
)

// Measurement is what a cell found at one point of its sweep, such as one level of
// pruning. Level counts them from 0, the dense network.
type Measurement struct {
	Level   int     `json:"level"`
	Metrics Metrics `json:"metrics"`
}

// Curve is the course of one training run, by columns of equal length. The column
// named Iteration is the horizontal axis.
type Curve struct {
	Level   int                 `json:"level"`
	Columns map[string][]Number `json:"columns"`
}

// The columns of the curves that more than one experiment records.
const (
	Iteration          = "iteration"
	TrainLoss          = "train_loss"
	TestLoss           = "test_loss"
	ValidationLoss     = "validation_loss"
	ValidationAccuracy = "validation_accuracy"
)
