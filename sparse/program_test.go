package sparse

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"espalier/backend/cpu"
)

// The form of a layer changes no result beyond rounding, nor does any number of
// workers change one.
func TestFormsAgree(t *testing.T) {
	n := branches(t)
	random := rand.New(rand.NewPCG(6, 6))
	weights, err := randomWeights(t, n, random).Masked(randomMask(n, random, .6))
	if err != nil {
		t.Fatal(err)
	}
	m := model{n, weights}
	for _, batch := range []int{1, 20} {
		images := noise(random, batch*n.Input.Size())
		var want []float32
		for _, f := range []form{{Rows: 1}, {Rows: 1, Channels: 5}, {Rows: 4, Shared: 1}, {Rows: 4, Shared: 2}, {Rows: 4, Shared: 4}} {
			for _, workers := range []int{1, 3} {
				s, err := newStencils(t.Context(), m, Options{Batch: batch, Workers: workers}, Sparse)
				if err != nil {
					t.Fatal(err)
				}
				for i, l := range s.layers {
					if s.layers[i], err = s.compile(l.layer, l.reading(), l.formOr(f)); err != nil {
						t.Fatal(err)
					}
				}
				outputs := make([]float32, batch*n.Output().Size())
				if err := s.run(outputs, images); err != nil {
					t.Fatal(err)
				}
				s.close()
				if want == nil {
					want = outputs
				}
				agree(t, f.String(), outputs, want)
			}
		}
	}
}

// formOr is the form, unless it is not for the layer.
func (c *compiled) formOr(f form) form {
	if c.greatest {
		return form{Rows: 1}
	}
	return f
}

func TestRunIsTheSameForAnyNumberOfWorkersAndTwice(t *testing.T) {
	n := smallResNet(t)
	random := rand.New(rand.NewPCG(7, 7))
	weights, mask, images := randomWeights(t, n, random), randomMask(n, random, .8), noise(random, 40*n.Input.Size())
	tuning := NewTuning("")
	var want []float32
	for _, workers := range []int{2, 1, 3} {
		p := program(t, n, weights, mask, Options{Batch: 16, Workers: 2, Path: Sparse, Tuning: tuning})
		s := p.engine.(*stencils)
		s.workers.Close()
		s.workers = cpu.NewWorkers(workers)
		for range 2 {
			got, err := p.Run(t.Context(), images)
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%d workers: other outputs", workers)
			}
		}
	}
}

func TestRunRefuses(t *testing.T) {
	n := smallResNet(t)
	p := program(t, n, randomWeights(t, n, rand.New(rand.NewPCG(8, 8))), nil, Options{Path: Dense})
	if _, err := p.Run(t.Context(), make([]float32, 5)); err == nil || !strings.Contains(err.Error(), "5 numbers") {
		t.Errorf("no whole image: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Run(cancelled, make([]float32, n.Input.Size())); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	p.Close()
	if _, err := p.Run(t.Context(), nil); err == nil {
		t.Error("a closed program runs")
	}
}
