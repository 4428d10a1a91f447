package bench

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"espalier/internal/simd"
	"espalier/seed"
)

// products are matrix products of float32.
func products() []Case {
	cases := []Case{}
	for _, n := range []int{512, 1024, 2048} {
		cases = append(cases, product(fmt.Sprintf("sgemm/%d", n), n, n, n))
	}
	return append(cases, product("sgemm/60x784x300", 60, 784, 300), registerTile())
}

// registerTile is what products would reach if memory cost nothing.
func registerTile() Case {
	const repeats = 4096
	workers := runtime.GOMAXPROCS(0)
	return Case{
		Name: "sgemm/tile", Operations: 2 * float64(simd.Peak(simd.Sequential, 1, 1)*workers*repeats),
		times: func(ctx context.Context, _ compute.Backend) ([]time.Duration, error) {
			return timed(ctx, func() error { simd.Peak(atOnce, workers, repeats); return nil })
		},
	}
}

// atOnce runs each task in a goroutine of its own.
func atOnce(tasks int, run func(task int)) {
	var all sync.WaitGroup
	for task := range tasks {
		all.Go(func() { run(task) })
	}
	all.Wait()
}

// product multiplies [m, k] by [k, n].
func product(name string, m, k, n int) Case {
	return Case{
		Name: name, Operations: 2 * float64(m) * float64(k) * float64(n),
		times: func(ctx context.Context, backend compute.Backend) ([]time.Duration, error) {
			exec, err := graph.NewExec(backend, func(a, b *graph.Node) []*graph.Node { return withProbe(graph.MatMul(a, b)) })
			if err != nil {
				return nil, err
			}
			defer exec.Finalize()
			a := tensors.FromFlatDataAndDimensions(normal("a", m*k), m, k)
			b := tensors.FromFlatDataAndDimensions(normal("b", k*n), k, n)
			return timed(ctx, func() error { return finish(exec.Call(a, b)) })
		},
	}
}

// withProbe adds to a result one of its numbers, for finish to read.
func withProbe(result *graph.Node) []*graph.Node {
	first := make([]graph.SliceAxisSpec, result.Rank())
	for axis := range first {
		first[axis] = graph.AxisElem(0)
	}
	return []*graph.Node{result, graph.Slice(result, first...)}
}

// finish waits for outputs by reading the last of them, and frees them. A result
// itself is not read: memory that its owner has looked into is not used again for
// the next one, and fresh pages would be timed with it.
func finish(outputs []*tensors.Tensor, err error) error {
	if err != nil {
		return err
	}
	if err := tensors.ConstFlatData(outputs[len(outputs)-1], func([]float32) {}); err != nil {
		return err
	}
	for _, output := range outputs {
		if err := output.FinalizeAll(); err != nil {
			return err
		}
	}
	return nil
}

// normal draws n numbers, the same every time.
func normal(name string, n int) []float32 {
	random := seed.Seed(0).Stream(name)
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(random.NormFloat64())
	}
	return values
}
