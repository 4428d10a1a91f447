package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// near says whether got is within a relative distance of want, or of scale where
// want is a small difference of greater numbers.
func near(got float32, want, tolerance, scale float64) bool {
	return math.Abs(float64(got)-want) <= tolerance*max(math.Abs(want), scale)
}

func checkNear(t *testing.T, name string, got []float32, want []float64, tolerance, scale float64) {
	t.Helper()
	for i := range got {
		if !near(got[i], want[i], tolerance, scale) {
			t.Fatalf("%s[%d] = %v, want %v", name, i, got[i], want[i])
		}
	}
}

func TestTotals(t *testing.T) {
	everyVariant(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 1000, 40000} {
			x := random(rand.New(rand.NewPCG(8, 8)), n)
			var sum, squares, magnitude float64
			most := math.Inf(-1)
			for _, v := range x {
				sum += float64(v)
				magnitude += math.Abs(float64(v))
				squares += float64(v) * float64(v)
				most = max(most, float64(v))
			}
			if got := Sum(workers(2), x); math.Abs(got-sum) > dotError(min(n, chunk), magnitude) {
				t.Errorf("sum of %d = %v, want %v", n, got, sum)
			}
			if got := SumSquares(workers(2), x); math.Abs(got-squares) > dotError(min(n, chunk), squares) {
				t.Errorf("sum of %d squares = %v, want %v", n, got, squares)
			}
			if got := Greatest(x); float64(got) != most {
				t.Errorf("greatest of %d = %v, want %v", n, got, most)
			}
		}
		if got := Greatest([]float32{-5, -3, -4}); got != -3 {
			t.Errorf("greatest of negative numbers = %v", got)
		}
	})
}

var matrices = []struct{ rows, cols int }{{1, 1}, {3, 5}, {70, 16}, {33, 17}, {9, 100}, {5000, 3}, {2100, 64}, {7, 0}}

func TestColumns(t *testing.T) {
	everyVariant(t, func(t *testing.T) {
		for _, m := range matrices {
			t.Run(fmt.Sprint(m), func(t *testing.T) {
				r := rand.New(rand.NewPCG(9, 9))
				x, row := random(r, m.rows*m.cols), random(r, m.cols)
				for i := range x { // far from zero, as activations may be
					x[i] += 100
				}
				sum, mean, variance := make([]float64, m.cols), make([]float64, m.cols), make([]float64, m.cols)
				for i, v := range x {
					sum[i%m.cols] += float64(v)
				}
				for j := range mean {
					mean[j] = sum[j] / float64(m.rows)
				}
				for i, v := range x {
					d := float64(v) - mean[i%m.cols]
					variance[i%m.cols] += d * d / float64(m.rows)
				}
				got, moment := newGuarded(m.cols), newGuarded(m.cols)
				ColumnSums(workers(2), got.data, x)
				checkNear(t, "sum", got.data, sum, 1e-5, 0)
				got.check(t)
				Moments(workers(2), got.data, moment.data, x)
				checkNear(t, "mean", got.data, mean, 1e-6, 0)
				checkNear(t, "variance", moment.data, variance, 1e-4, 1e-5)
				moment.check(t)
				y := newGuarded(len(x))
				Sub.ApplyRow(workers(2), y.data, x, row)
				y.check(t)
				for i := range x {
					if want := x[i] - row[i%m.cols]; y.data[i] != want {
						t.Fatalf("x−row [%d] = %v, want %v", i, y.data[i], want)
					}
				}
			})
		}
	})
}

// batchNormTrue is batch norm in float64, forward and backward.
func batchNormTrue(b *BatchNorm, x, dy []float32) (y, dx, dscale, doffset []float64) {
	cols := len(b.Scale)
	rows := len(x) / cols
	y, dx = make([]float64, len(x)), make([]float64, len(x))
	dscale, doffset = make([]float64, cols), make([]float64, cols)
	for j := range cols {
		var mean, variance float64
		for i := range rows {
			mean += float64(x[i*cols+j]) / float64(rows)
		}
		for i := range rows {
			d := float64(x[i*cols+j]) - mean
			variance += d * d / float64(rows)
		}
		inverse := 1 / math.Sqrt(variance+float64(b.Epsilon))
		for i := range rows {
			hat := (float64(x[i*cols+j]) - mean) * inverse
			y[i*cols+j] = hat*float64(b.Scale[j]) + float64(b.Offset[j])
			doffset[j] += float64(dy[i*cols+j])
			dscale[j] += float64(dy[i*cols+j]) * hat
		}
		for i := range rows {
			hat, n := (float64(x[i*cols+j])-mean)*inverse, float64(rows)
			dx[i*cols+j] = float64(b.Scale[j]) * inverse * (float64(dy[i*cols+j]) - doffset[j]/n - hat*dscale[j]/n)
		}
	}
	return y, dx, dscale, doffset
}

func TestBatchNorm(t *testing.T) {
	everyVariant(t, func(t *testing.T) {
		for _, m := range []struct{ rows, cols int }{{4, 1}, {30, 5}, {700, 16}, {333, 17}, {90, 300}} {
			t.Run(fmt.Sprint(m), func(t *testing.T) {
				r := rand.New(rand.NewPCG(10, 10))
				x, dy := random(r, m.rows*m.cols), random(r, m.rows*m.cols)
				b := BatchNorm{Scale: random(r, m.cols), Offset: random(r, m.cols), Epsilon: 1e-5}
				wantY, wantDx, wantScale, wantOffset := batchNormTrue(&b, x, dy)
				y, mean, variance := make([]float32, len(x)), make([]float32, m.cols), make([]float32, m.cols)
				b.Train(workers(2), y, x, mean, variance)
				checkNear(t, "y", y, wantY, 1e-5, 1)
				dx, dscale, doffset := make([]float32, len(x)), make([]float32, m.cols), make([]float32, m.cols)
				b.Gradient(workers(2), dx, dscale, doffset, dy, x, mean, variance)
				checkNear(t, "dx", dx, wantDx, 1e-4, 1)
				checkNear(t, "dscale", dscale, wantScale, 1e-5, 10)
				checkNear(t, "doffset", doffset, wantOffset, 1e-5, 10)
				b.ReLU = true
				b.Infer(workers(2), y, x, mean, variance)
				for i := range wantY {
					wantY[i] = max(wantY[i], 0)
				}
				checkNear(t, "relu(y)", y, wantY, 1e-5, 1)
			})
		}
	})
}

func TestSoftmaxAndCrossEntropy(t *testing.T) {
	everyVariant(t, func(t *testing.T) {
		for _, cols := range []int{1, 2, 10, 16, 17, 100} {
			const rows = 37
			r := rand.New(rand.NewPCG(11, uint64(cols)))
			x := random(r, rows*cols)
			for i := range x {
				x[i] *= 30
			}
			labels := make([]int32, rows)
			want, wantLoss, wantDx := make([]float64, len(x)), make([]float64, rows), make([]float64, len(x))
			for i := range rows {
				labels[i] = int32(r.IntN(cols))
				row := x[i*cols:][:cols]
				var sum float64
				most := float64(Greatest(row))
				for j, v := range row {
					want[i*cols+j] = math.Exp(float64(v) - most)
					sum += want[i*cols+j]
				}
				for j := range row {
					want[i*cols+j] /= sum
					wantDx[i*cols+j] = 0.5 * want[i*cols+j]
				}
				wantDx[i*cols+int(labels[i])] -= 0.5
				wantLoss[i] = math.Log(sum) - float64(row[labels[i]]) + most
			}
			y, dx, losses := make([]float32, len(x)), newGuarded(len(x)), make([]float32, rows)
			Softmax(workers(2), y, x, cols)
			checkNear(t, "softmax", y, want, 1e-5, 1e-7)
			CrossEntropy(workers(2), losses, dx.data, x, labels, 0.5)
			dx.check(t)
			checkNear(t, "dx", dx.data, wantDx, 1e-5, 1e-1)
			checkNear(t, "loss", losses, wantLoss, 1e-5, 1e-1)
			clear(losses)
			CrossEntropy(workers(2), losses, nil, x, labels, 0.5)
			checkNear(t, "loss alone", losses, wantLoss, 1e-5, 1e-1)
		}
	})
}
