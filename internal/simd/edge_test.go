package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func randomRows(r *rand.Rand, count, rows int) []int32 {
	chosen := make([]int32, count)
	for i := range chosen {
		chosen[i] = int32(r.IntN(rows))
	}
	return chosen
}

func TestEdgeProducts(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	everyVariant(t, func(t *testing.T) {
		for _, heads := range []int{1, 2, 8} {
			for _, width := range []int{1, 3, 7, 8, 9, 16, 17, 64, 100} {
				for _, count := range []int{0, 1, 500} {
					n := heads * width
					a, b := random(r, 12*n), random(r, 20*n)
					source, target := randomRows(r, count, 12), randomRows(r, count, 20)
					dst := newGuarded(count * heads)
					if err := EdgeProducts(workers(2), dst.data, a, source, b, target, n, heads); err != nil {
						t.Fatal(err)
					}
					dst.check(t)
					for i, got := range dst.data {
						x := a[int(source[i/heads])*n+i%heads*width:][:width]
						y := b[int(target[i/heads])*n+i%heads*width:][:width]
						want, size := 0.0, 0.0
						for j := range width {
							product := float64(x[j]) * float64(y[j])
							want, size = want+product, size+math.Abs(product)
						}
						if math.Abs(float64(got)-want) > 1e-6*size {
							t.Fatalf("%d heads of %d: product %d is %v, want %v", heads, width, i, got, want)
						}
					}
				}
			}
		}
	})
}

func TestChooseRows(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	everyVariant(t, func(t *testing.T) {
		for _, n := range []int{1, 2, 7, 8, 9, 16, 33, 100} {
			for _, count := range []int{0, 1, 700} {
				x, rows := random(r, 13*n), randomRows(r, count, 13)
				dst := newGuarded(count * n)
				if err := ChooseRows(workers(2), dst.data, x, rows, n); err != nil {
					t.Fatal(err)
				}
				dst.check(t)
				for i, row := range rows {
					if !slices.Equal(dst.data[i*n:(i+1)*n], x[int(row)*n:(int(row)+1)*n]) {
						t.Fatalf("row %d of %d columns is not row %d", i, n, row)
					}
				}
			}
		}
	})
}

func TestChoicesRefuse(t *testing.T) {
	x := make([]float32, 6)
	for _, rows := range [][]int32{{0, 3}, {-1, 0}, {0}, {1, 2, 1}} {
		if err := ChooseRows(Sequential, make([]float32, 4), x, rows, 2); err == nil {
			t.Errorf("rows %v: no error", rows)
		}
		if err := EdgeProducts(Sequential, make([]float32, 2), x, []int32{0, 1}, x, rows, 2, 1); err == nil {
			t.Errorf("edges to %v: no error", rows)
		}
	}
	if err := EdgeProducts(Sequential, make([]float32, 4), x, []int32{0, 1}, x, []int32{0, 1}, 3, 2); err == nil {
		t.Error("two parts of three columns: no error")
	}
}

func BenchmarkEdgeProducts(b *testing.B) {
	for _, c := range []struct{ n, heads int }{{16, 1}, {64, 1}, {64, 8}} {
		b.Run(fmt.Sprintf("%d/%d", c.n, c.heads), func(b *testing.B) {
			r := rand.New(rand.NewPCG(5, 5))
			const nodes, edges = 2708, 13264
			x, dst := random(r, nodes*c.n), make([]float32, edges*c.heads)
			source, target := randomRows(r, edges, nodes), randomRows(r, edges, nodes)
			p := benchWorkers(b)
			for b.Loop() {
				if err := EdgeProducts(p, dst, x, source, x, target, c.n, c.heads); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
