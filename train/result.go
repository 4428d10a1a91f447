package train

import (
	"encoding/json"
	"math"

	"espalier/nn"
)

// Result is what a training ends with. It is the same, to the last bit, however
// often the training was interrupted.
type Result struct {
	Weights nn.Weights // at the end
	// Best are the weights at BestPoint; nil without validation images.
	Best nn.Weights
	// History has a point for each evaluation, in order; the last is at the end.
	History []Point
	// Snapshots are the weights at the job's Snapshots, by Length.String.
	Snapshots map[string]nn.Weights
}

// Point is one evaluation during training. Losses are means of the cross-entropy
// over the images, accuracies fractions; what was not measured is NaN.
type Point struct {
	Iteration          int     // steps taken, counted from the beginning of the schedule
	Epoch              float64 // the same in passes over the data
	LearningRate       float64 // of the last step
	TrainLoss          float64 // mean over the images trained on since the point before
	ValidationLoss     float64
	ValidationAccuracy float64
	TestLoss           float64
	TestAccuracy       float64
}

// pointFields is the number of a Point's measures.
const pointFields = 8

// measures are pointers to a point's floating-point fields with their names in
// JSON.
func (p *Point) measures() map[string]*float64 {
	return map[string]*float64{
		"epoch": &p.Epoch, "learning_rate": &p.LearningRate, "train_loss": &p.TrainLoss,
		"validation_loss": &p.ValidationLoss, "validation_accuracy": &p.ValidationAccuracy,
		"test_loss": &p.TestLoss, "test_accuracy": &p.TestAccuracy,
	}
}

// MarshalJSON leaves out what was not measured, because JSON has no NaN; for the
// same reason a loss that is infinite is left out.
func (p Point) MarshalJSON() ([]byte, error) {
	object := map[string]any{"iteration": p.Iteration}
	for name, value := range p.measures() {
		if !math.IsNaN(*value) && !math.IsInf(*value, 0) {
			object[name] = *value
		}
	}
	return json.Marshal(object)
}

// UnmarshalJSON reads what MarshalJSON writes; what is left out is NaN.
func (p *Point) UnmarshalJSON(text []byte) error {
	var object struct {
		Iteration int `json:"iteration"`
	}
	if err := json.Unmarshal(text, &object); err != nil {
		return err
	}
	var values map[string]*float64
	if err := json.Unmarshal(text, &values); err != nil {
		return err
	}
	p.Iteration = object.Iteration
	for name, to := range p.measures() {
		*to = math.NaN()
		if value := values[name]; value != nil {
			*to = *value
		}
	}
	return nil
}

// Final is the last point.
func (r *Result) Final() Point { return r.History[len(r.History)-1] }

// EarlyStop is the first point with the lowest validation loss: where early stopping
// would have ended training. Without validation images it is Final.
func (r *Result) EarlyStop() Point {
	return r.first(func(p Point) float64 { return -p.ValidationLoss })
}

// BestPoint is the first point with the highest validation accuracy. Without
// validation images it is Final.
func (r *Result) BestPoint() Point {
	return r.first(func(p Point) float64 { return p.ValidationAccuracy })
}

// first is the first point whose value is the highest; the last point where no
// value is a number.
func (r *Result) first(value func(Point) float64) Point {
	best := -1
	for i, p := range r.History {
		if v := value(p); !math.IsNaN(v) && (best < 0 || v > value(r.History[best])) {
			best = i
		}
	}
	if best < 0 {
		return r.Final()
	}
	return r.History[best]
}
