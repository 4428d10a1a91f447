package train_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/nlpodyssey/safetensors"

	"espalier/nn"
	"espalier/train"
)

// masks are masks by parameter.
type masks map[string][]float32

func (m masks) Float32(parameter string) []float32 { return m[parameter] }

// sparse keeps every third weight of each prunable parameter, beginning at an
// offset.
func sparse(network *nn.Network, offset int) masks {
	m := make(masks)
	for _, p := range network.Prunable() {
		m[p.Name] = make([]float32, p.Size())
		for i := range m[p.Name] {
			if (i+offset)%3 == 0 {
				m[p.Name][i] = 1
			}
		}
	}
	return m
}

// deadOnes returns how many values that do not live are not +0, and how many that
// live are.
func deadOnes(mask masks, weights nn.Weights) (moving, still int) {
	for name, lives := range mask {
		for i, w := range weights[name] {
			switch {
			case lives[i] == 0 && math.Float32bits(w) != 0:
				moving++
			case lives[i] == 1 && w == 0:
				still++
			}
		}
	}
	return moving, still
}

var optimizersWithMemory = map[string]train.Optimizer{
	"momentum": train.SGD{LearningRate: .1, Momentum: .9, WeightDecay: 1e-3},
	"nesterov": train.SGD{LearningRate: .1, Momentum: .9, Nesterov: true},
	"adam":     train.Adam{LearningRate: 1e-2, WeightDecay: 1e-3},
}

func TestMaskedWeightsAreZeroAfterEveryStep(t *testing.T) {
	const steps = 30
	for name, optimizer := range optimizersWithMemory {
		job := digitsJob(t, train.Options{Length: train.Iterations(steps), BatchSize: 50, Optimizer: optimizer})
		job.Validation, job.Test = nil, nil
		mask := sparse(job.Network, 1)
		job.Mask = mask
		for i := range steps + 1 {
			job.Snapshots = append(job.Snapshots, train.Iterations(i))
		}
		result, err := train.Run(t.Context(), openBackend(t), job)
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Snapshots) != steps+1 {
			t.Fatalf("%s: %d snapshots, want one before and one after each of %d steps", name, len(result.Snapshots), steps)
		}
		for moment, weights := range result.Snapshots {
			if moving, still := deadOnes(mask, weights); moving > 0 || still > 0 {
				t.Errorf("%s at %s: %d masked weights are not +0, %d others are 0", name, moment, moving, still)
			}
		}
		if result.Snapshots["0it"].Equal(result.Weights) {
			t.Errorf("%s: nothing was trained", name)
		}
	}
}

// What the optimizer keeps of a masked weight is 0 where the option says so and
// follows the gradient elsewhere; it is read out of the checkpoint of an
// interrupted run.
func TestMaskSlots(t *testing.T) {
	for name, optimizer := range optimizersWithMemory {
		for _, maskSlots := range []bool{false, true} {
			job := digitsJob(t, train.Options{Length: train.Epochs(1), BatchSize: 50, Optimizer: optimizer, MaskSlots: maskSlots})
			mask := sparse(job.Network, 0)
			job.Mask, job.Folder = mask, t.TempDir()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			job.Progress = &watcher{step: func(done int) {
				if done == 5 {
					cancel()
				}
			}}
			if _, err := train.Run(ctx, openBackend(t), job); !errors.Is(err, context.Canceled) {
				t.Fatalf("%s: error %v, want the context's", name, err)
			}
			for _, slot := range optimizer.Slots() {
				weights := slotOf(t, job, slot)
				switch moving, _ := deadOnes(mask, weights); {
				case maskSlots && moving > 0:
					t.Errorf("%s: %d masked values of slot %s are not +0", name, moving, slot)
				case !maskSlots && moving == 0:
					t.Errorf("%s: slot %s does not follow the gradient under the mask", name, slot)
				}
			}
		}
	}
}

// slotOf reads a slot from the one checkpoint in a job's folder.
func slotOf(t *testing.T, job train.Job, slot string) nn.Weights {
	t.Helper()
	names := filesIn(t, job.Folder)
	if len(names) != 1 {
		t.Fatalf("the folder has the files %v, want one checkpoint", names)
	}
	content, err := os.ReadFile(filepath.Join(job.Folder, names[0]))
	if err != nil {
		t.Fatal(err)
	}
	file, err := safetensors.Deserialize(content)
	if err != nil {
		t.Fatal(err)
	}
	weights := make(nn.Weights)
	for _, p := range job.Network.Prunable() {
		view, ok := file.Tensor("slots/" + slot + "/" + p.Name)
		if !ok {
			t.Fatalf("the checkpoint has no slot %s of %s", slot, p.Name)
		}
		weights[p.Name] = train.Float32s(view.Data())
	}
	return weights
}
