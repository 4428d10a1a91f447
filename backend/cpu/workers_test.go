package cpu

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"espalier/internal/simd"
)

func TestParallelRunsEachTaskOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8} {
		w := NewWorkers(workers)
		for _, tasks := range []int{0, 1, 2, 7, 100} {
			counts := make([]atomic.Int32, tasks)
			w.Parallel(tasks, func(task int) { counts[task].Add(1) })
			for task := range counts {
				if n := counts[task].Load(); n != 1 {
					t.Errorf("%d workers: task %d of %d ran %d times", workers, task, tasks, n)
				}
			}
		}
		w.Close()
		ran := 0
		w.Parallel(1, func(int) { ran++ })
		if ran != 1 {
			t.Error("a closed pool does not run its caller's task")
		}
	}
}

func TestParallelNestedAndConcurrent(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8} {
		w := NewWorkers(workers)
		var total atomic.Int64
		var callers sync.WaitGroup
		for range 4 {
			callers.Go(func() {
				for range 50 {
					w.Parallel(5, func(int) {
						w.Parallel(3, func(int) {
							w.Parallel(2, func(int) { total.Add(1) })
						})
					})
				}
			})
		}
		callers.Wait()
		if got := total.Load(); got != 4*50*5*3*2 {
			t.Errorf("%d workers: %d tasks ran", workers, got)
		}
		w.Close()
	}
}

func TestParallelPassesPanicsOn(t *testing.T) {
	w := NewWorkers(3)
	defer w.Close()
	defer func() {
		failure, ok := recover().(*TaskPanic)
		if !ok || failure.Error() != "broken" {
			t.Errorf("recovered %v", failure)
		}
		// The pool is still in order.
		var n atomic.Int32
		w.Parallel(10, func(int) { n.Add(1) })
		if n.Load() != 10 {
			t.Errorf("%d of 10 tasks ran after a panic", n.Load())
		}
	}()
	w.Parallel(4, func(outer int) {
		w.Parallel(4, func(inner int) {
			if outer == 2 && inner == 3 {
				panic("broken")
			}
		})
	})
}

// TestTwoProgramsAtOnce trains two networks on one backend at the same time, each
// of them as if alone.
func TestTwoProgramsAtOnce(t *testing.T) {
	for _, workers := range []int{2, 3, 8} {
		b := newBackend(t, fmt.Sprint("workers=", workers))
		small := residual
		small.input = []int{2, 8, 8, 3}
		models := []model{small, lenet300}
		const steps = 3
		var want [2][]float32
		for i, m := range models {
			want[i], _ = m.losses(t, b, steps)
		}
		var got [2][]float32
		var running sync.WaitGroup
		for i, m := range models {
			tr, err := m.build(b)
			if err != nil {
				t.Fatal(err)
			}
			running.Go(func() {
				for range steps {
					loss, err := tr.step()
					if err != nil {
						t.Error(err)
						return
					}
					got[i] = append(got[i], loss)
				}
			})
		}
		running.Wait()
		for i := range models {
			if !slices.Equal(got[i], want[i]) {
				t.Errorf("%d workers: %s: losses %v, alone %v", workers, models[i].name, got[i], want[i])
			}
		}
	}
}

// TestOneProgramSeveralTimesAtOnce runs one executable from several goroutines.
func TestOneProgramSeveralTimesAtOnce(t *testing.T) {
	b := newBackend(t, "workers=3")
	tr, err := lenet300.build(b)
	if err != nil {
		t.Fatal(err)
	}
	tr.donate = nil
	state := tr.state
	want, err := tr.step()
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	for range 6 {
		running.Go(func() {
			own := *tr
			own.state = state
			if got, err := own.step(); err != nil || got != want {
				t.Errorf("loss %g, error %v; want %g", got, err, want)
			}
		})
	}
	running.Wait()
}

// TestSubnormals asks that subnormals are zero in tasks, whoever runs them, as they
// slow vector instructions down a hundredfold, and are numbers again after them.
func TestSubnormals(t *testing.T) {
	if simd.Variant() == "go" {
		t.Skip("the plain-Go kernels keep subnormals: nothing to flush")
	}
	for _, workers := range []int{1, 2, 8} {
		w := NewWorkers(workers)
		tiny := float32(math.Ldexp(1, -100)) // not known to the compiler
		for range 100 {
			kept := make([]float32, 16)
			w.Parallel(len(kept), func(task int) {
				w.Parallel(2, func(int) {})
				kept[task] = tiny * 0x1p-40
			})
			if slices.Max(kept) != 0 {
				t.Fatalf("%d workers: a task computed the subnormals %v", workers, kept)
			}
			if product := tiny * 0x1p-40; product != 0x1p-140 {
				t.Fatalf("%d workers: after the tasks 2⁻¹⁰⁰·2⁻⁴⁰ is %v", workers, product)
			}
		}
		w.Close()
	}
}
