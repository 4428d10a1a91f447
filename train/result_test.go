package train_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"espalier/train"
)

func TestPointsOfAResult(t *testing.T) {
	nan := math.NaN()
	for _, test := range []struct {
		name                   string
		losses, accuracies     []float64
		early, best, iteration int
	}{
		{"plain", []float64{3, 1, 2}, []float64{.1, .3, .5}, 1, 2, 2},
		{"the first of equal ones", []float64{2, 1, 1}, []float64{.5, .7, .7}, 1, 1, 2},
		{"a loss that is no number", []float64{nan, 3, nan}, []float64{.1, .1, .2}, 1, 2, 2},
		{"no validation", []float64{nan, nan}, []float64{nan, nan}, 1, 1, 1},
	} {
		var result train.Result
		for i := range test.losses {
			result.History = append(result.History, train.Point{Iteration: i, ValidationLoss: test.losses[i], ValidationAccuracy: test.accuracies[i]})
		}
		early, best, final := result.EarlyStop().Iteration, result.BestPoint().Iteration, result.Final().Iteration
		if early != test.early || best != test.best || final != test.iteration {
			t.Errorf("%s: early stop at %d, best at %d, final %d, want %d, %d, %d", test.name, early, best, final, test.early, test.best, test.iteration)
		}
	}
}

func ExamplePoint_MarshalJSON() {
	text, err := json.Marshal(train.Point{
		Iteration: 500, Epoch: 2.5, LearningRate: 0.1, TrainLoss: 0.25,
		ValidationLoss: math.NaN(), ValidationAccuracy: math.NaN(), TestLoss: math.Inf(1), TestAccuracy: 0.1,
	})
	fmt.Println(string(text), err)
	var point train.Point
	fmt.Println(json.Unmarshal(text, &point), point.ValidationLoss, point.TestAccuracy)
	// Output:
	// {"epoch":2.5,"iteration":500,"learning_rate":0.1,"test_accuracy":0.1,"train_loss":0.25} <nil>
	// <nil> NaN 0.1
}
