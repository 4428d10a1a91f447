//go:build unix

package simd

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// benchWorkers is the Parallel of benchmarks: goroutines that stay, as many as
// there are processors.
func benchWorkers(b *testing.B) Parallel {
	n := runtime.GOMAXPROCS(0)
	start, done := make(chan func(), n), make(chan struct{}, n)
	for range n - 1 {
		go func() {
			for work := range start {
				work()
				done <- struct{}{}
			}
		}()
	}
	b.Cleanup(func() { close(start) })
	var next atomic.Int64
	return func(tasks int, run func(int)) {
		next.Store(0)
		work := func() {
			for task := int(next.Add(1)) - 1; task < tasks; task = int(next.Add(1)) - 1 {
				run(task)
			}
		}
		others := min(n, tasks) - 1
		for range others {
			start <- work
		}
		work()
		for range others {
			<-done
		}
	}
}

// meter measures a benchmark's processor time as well, which other programs on the
// machine disturb less than the time that passes.
type meter struct{ start time.Duration }

func startMeter() meter { return meter{processorTime()} }

func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// report counts multiply-adds as two operations each.
func (m meter) report(b *testing.B, multiplyAdds int) {
	work := 2 * float64(multiplyAdds) * float64(b.N) / 1e9
	b.ReportMetric(work/b.Elapsed().Seconds(), "GFLOP/s")
	b.ReportMetric(work/(processorTime()-m.start).Seconds(), "GFLOP/cpu-s")
}

// BenchmarkPeak is what the register tile reaches on data in the first-level
// cache, on all processors at once.
func BenchmarkPeak(b *testing.B) {
	p := benchWorkers(b)
	const repeats = 4096
	m := startMeter()
	made := 0
	for b.Loop() {
		made = Peak(p, runtime.GOMAXPROCS(0), repeats)
	}
	m.report(b, made)
}

func BenchmarkGemm(b *testing.B) {
	for _, c := range []struct {
		m, k, n        int
		transA, transB bool
	}{
		{512, 512, 512, false, false}, {1024, 1024, 1024, false, false}, {2048, 2048, 2048, false, false},
		{512, 512, 512, true, false}, {512, 512, 512, false, true}, {60, 784, 300, false, false}, {60, 300, 784, false, true}, {784, 60, 300, true, false},
		{60, 300, 100, false, false}, {1000, 784, 10, false, false}, {4096, 256, 16, false, false}, {2708, 1433, 16, false, false}, {1433, 2708, 16, true, false},
		{16384, 256, 512, false, false}, {16384, 512, 256, false, true}, {256, 16384, 512, true, false}, {64, 131072, 64, true, false},
		{1, 1024, 1024, false, false}, {1024, 1024, 1, false, false},
	} {
		b.Run(fmt.Sprintf("%dx%dx%d/%t,%t", c.m, c.k, c.n, c.transA, c.transB), func(b *testing.B) {
			p := benchWorkers(b)
			g := randomProduct(rand.New(rand.NewPCG(1, 1)), c.m, c.n, c.k, 0, c.transA, c.transB, false)
			m := startMeter()
			for b.Loop() {
				if err := Gemm(p, g); err != nil {
					b.Fatal(err)
				}
			}
			m.report(b, c.m*c.n*c.k)
		})
	}
}

// convBenches are the convolutions of tools/peers/bench.py and some of the zoo's.
var convBenches = []Convolution{
	{Batch: 128, Height: same(32, 3), Width: same(32, 3), In: 16, Out: 16},
	{Batch: 128, Height: same(16, 3), Width: same(16, 3), In: 32, Out: 32},
	{Batch: 128, Height: same(8, 3), Width: same(8, 3), In: 64, Out: 64},
	{Batch: 64, Height: same(16, 3), Width: same(16, 3), In: 128, Out: 128},
	{Batch: 32, Height: same(8, 3), Width: same(8, 3), In: 256, Out: 256},
	{Batch: 32, Height: same(4, 3), Width: same(4, 3), In: 512, Out: 512},
	{Batch: 64, Height: same(2, 3), Width: same(2, 3), In: 512, Out: 512},
	{Batch: 128, Height: strided(32, 3, 2), Width: strided(32, 3, 2), In: 16, Out: 32},
	{Batch: 128, Height: same(32, 3), Width: same(32, 3), In: 3, Out: 16},
	{Batch: 60, Height: same(32, 3), Width: same(32, 3), In: 3, Out: 64},
	{Batch: 60, Height: same(28, 3), Width: same(28, 3), In: 1, Out: 64},
	{Batch: 64, Height: same(16, 3), Width: same(16, 3), In: 128, Out: 128, Groups: 128},
	{Batch: 64, Height: same(16, 3), Width: same(16, 3), In: 128, Out: 128, Groups: 4},
	{Batch: 64, Height: same(16, 1), Width: same(16, 1), In: 256, Out: 512},
	{Batch: 128, Height: strided(16, 1, 2), Width: strided(16, 1, 2), In: 64, Out: 128},
}

func (c Convolution) benchName() string {
	return fmt.Sprintf("conv%dx%d/B%d-H%d-I%d-O%d-S%d-G%d", c.Height.Kernel, c.Width.Kernel,
		c.Batch, c.Height.In, c.In, c.Out, c.Height.stride(), c.groups())
}

func BenchmarkConvolution(b *testing.B) {
	for _, c := range convBenches {
		r := rand.New(rand.NewPCG(1, 1))
		x, w, y := random(r, c.InputSize()), random(r, c.WeightSize()), random(r, c.OutputSize())
		dx, dw := make([]float32, len(x)), make([]float32, len(w))
		for _, pass := range []struct {
			name string
			run  func(p Parallel) error
		}{
			{"forward", func(p Parallel) error { return c.Forward(p, y, x, w, nil) }},
			{"input", func(p Parallel) error { return c.GradientInput(p, dx, y, w, nil) }},
			{"weights", func(p Parallel) error { return c.GradientWeights(p, dw, x, y) }},
		} {
			b.Run(c.benchName()+"/"+pass.name, func(b *testing.B) {
				p := benchWorkers(b)
				m := startMeter()
				for b.Loop() {
					if err := pass.run(p); err != nil {
						b.Fatal(err)
					}
				}
				m.report(b, c.MultiplyAdds())
			})
		}
	}
}

// BenchmarkVectors measures loops over vectors that lie in the second-level cache.
func BenchmarkVectors(b *testing.B) {
	const n = 1 << 15
	r := rand.New(rand.NewPCG(1, 1))
	x, y, dst := random(r, n), random(r, n), make([]float32, n)
	words, squares := make([]uint32, n), make([]float32, n)
	run := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
	}
	for op := range unaries {
		run(op.String(), func() { op.Apply(dst, x) })
	}
	for op := range binaries {
		run(op.String(), func() { op.Apply(dst, x, y) })
	}
	run("Sum", func() { Sum(Sequential, x) })
	run("Momentum", func() { (&Momentum{Rate: 1e-9, Momentum: 0.9}).Step(dst, x, y) })
	run("Adam", func() {
		(&Adam{Rate: 1e-9, MeanRate: 0.1, SquareDecay: 0.999, SquareRate: 0.001, Deviation: 1}).Step(dst, x, squares, y)
	})
	run("Philox", func() { PhiloxFill(Sequential, words, [4]uint32{}, [2]uint32{1, 2}) })
	b.Run("BatchNorm", func(b *testing.B) {
		norm := BatchNorm{Scale: x[:64], Offset: y[:64], Epsilon: 1e-5}
		mean, variance := make([]float32, 64), make([]float32, 64)
		for b.Loop() {
			norm.Train(Sequential, dst, y, mean, variance)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
	})
}
