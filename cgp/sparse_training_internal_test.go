package cgp

import (
	"math"
	"testing"

	"espalier/prune"
)

func TestTrainSparse(t *testing.T) {
	for _, growth := range []Growth{Gradient, RandomGrowth, NoGrowth} {
		for _, even := range []bool{false, true} {
			o := SparseOptions{Density: .2, Growth: growth, Even: even, Epochs: 40, Every: 10}
			r, err := TrainSparse(t.Context(), plantedProblem(t, ""), o)
			if err != nil {
				t.Fatal(err)
			}
			if !within(r.Mask.Density(), .2, .01) || len(r.History) != 40 {
				t.Errorf("%s: density %v after %d epochs", growth, r.Mask.Density(), len(r.History))
			}
			if first := r.Mask.DensityOf("convolution1.weight"); even && !within(first, .2, .01) || !even && first >= .2 {
				t.Errorf("%s: the first matrix has density %v", growth, first)
			}
			for i, x := range r.Weights["convolution1.weight"] {
				if !r.Mask.Lives("convolution1.weight", i) && math.Float32bits(x) != 0 {
					t.Fatalf("%s: weight %d is pruned and %v", growth, i, x)
				}
			}
			// Three of the forty steps need all gradients by weights, a third of their cost.
			want := r.Mask.Density()
			if growth == Gradient {
				want += 3 * (1 - want) / 3 / 40
			}
			if math.Abs(r.Operations-want) > 1e-9 {
				t.Errorf("%s: %v of the operations, want %v", growth, r.Operations, want)
			}
		}
	}
}

// A training that ends before the first exchange costs what its density does.
func TestOperationsOfAShortTraining(t *testing.T) {
	r, err := TrainSparse(t.Context(), plantedProblem(t, ""), SparseOptions{Epochs: 1})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.Operations, r.Mask.Density(); got != want {
		t.Errorf("%v of the operations, want %v", got, want)
	}
}

// SET and RigL move their masks; a mask that is drawn once stays.
func TestSparseMasksMove(t *testing.T) {
	last := func(growth Growth) *prune.Mask {
		s := &sparseTraining{Problem: plantedProblem(t, ""), SparseOptions: SparseOptions{Density: .2, Growth: growth, Epochs: 40, Every: 10}.withDefaults()}
		if _, err := s.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s.mask
	}
	still, rigl, set := last(NoGrowth), last(Gradient), last(RandomGrowth)
	if rigl.Equal(still) || set.Equal(still) || set.Equal(rigl) {
		t.Error("masks do not move, or all in the same way")
	}
	if rigl.CountOf("convolution1.weight") != still.CountOf("convolution1.weight") {
		t.Error("an exchange changes how many weights of a matrix live")
	}
}

func TestTrainAndPrune(t *testing.T) {
	for _, oneShot := range []bool{false, true} {
		o := TrainPruneOptions{Density: .2, OneShot: oneShot, Pretrain: 20, Relax: 10, Retrain: 10}
		r, err := TrainAndPrune(t.Context(), plantedProblem(t, ""), o)
		if err != nil {
			t.Fatal(err)
		}
		epochs, dense := 40, 30.
		if oneShot {
			epochs, dense = 30, 20
		}
		if len(r.History) != epochs || r.Epoch.Epoch <= epochs-10 || r.History[epochs-1].Epoch != epochs {
			t.Errorf("one-shot %t: epoch %d of %d", oneShot, r.Epoch.Epoch, len(r.History))
		}
		if got, want := r.Operations, (dense+10*r.Mask.Density())/float64(epochs); math.Abs(got-want) > 1e-9 {
			t.Errorf("one-shot %t: %v of the operations, want %v", oneShot, got, want)
		}
		if !within(r.Mask.Density(), .2, .01) {
			t.Errorf("one-shot %t: density %v", oneShot, r.Mask.Density())
		}
		for i, x := range r.Weights["convolution1.weight"] {
			if !r.Mask.Lives("convolution1.weight", i) && math.Float32bits(x) != 0 {
				t.Fatalf("one-shot %t: weight %d is pruned and %v", oneShot, i, x)
			}
		}
	}
}

// The relaxation brings the weights nearer to sparse ones than training alone does.
func TestRelaxationPulls(t *testing.T) {
	away := func(relax int) float64 {
		p := &pruning{Problem: plantedProblem(t, ""), TrainPruneOptions: TrainPruneOptions{
			Density: .2, Pretrain: 20, Relax: max(relax, 1), Retrain: 1, Relaxation: SLR{Penalty: .1, Step: .1},
		}.withDefaults()}
		p.task = p.start("pruning", 1)
		if err := p.prepare(); err != nil {
			t.Fatal(err)
		}
		defer p.program.Close()
		if _, err := p.fit(t.Context(), p.Pretrain, nil); err != nil {
			t.Fatal(err)
		}
		if relax > 0 {
			if err := p.relax(t.Context()); err != nil {
				t.Fatal(err)
			}
		} else if _, err := p.fit(t.Context(), 60, nil); err != nil {
			t.Fatal(err)
		}
		joined, err := p.joined()
		if err != nil {
			t.Fatal(err)
		}
		kept, err := largest(prune.Absolute(joined), p.keep(len(joined)))
		if err != nil {
			t.Fatal(err)
		}
		gone, total := 0.0, 0.0
		for i, x := range joined {
			total += float64(x * x)
			if !kept.Lives(pooled, i) {
				gone += float64(x * x)
			}
		}
		return gone / total
	}
	if alone, relaxed := away(0), away(60); !(relaxed < alone) {
		t.Errorf("%v of the norm is to go after the relaxation, %v without", relaxed, alone)
	}
}

func TestSparseTrainingRefuses(t *testing.T) {
	p := plantedProblem(t, "")
	for _, o := range []SparseOptions{{Density: 2}, {Epochs: -1}, {Growth: "other"}, {Exchanged: 2}} {
		if _, err := TrainSparse(t.Context(), p, o); err == nil {
			t.Errorf("%+v passes", o)
		}
	}
	for _, o := range []TrainPruneOptions{{Density: 2}, {Retrain: -1}, {Relaxation: SLR{M: .5}}} {
		if _, err := TrainAndPrune(t.Context(), p, o); err == nil {
			t.Errorf("%+v passes", o)
		}
	}
}
