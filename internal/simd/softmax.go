package simd

import "math"

const softmaxTasks = 16

// Softmax computes, for each row of cols columns,
//
//	y[i,j] = exp(x[i,j] − m) / Σ_k exp(x[i,k] − m)
//
// with m the greatest element of the row. y may be x.
func Softmax(p Parallel, y, x []float32, cols int) {
	eachRow(p, len(x), cols, func(row int) { softmax(y[row:row+cols], x[row:row+cols]) })
}

// softmax computes one row. It returns the row's greatest element m and Σ exp(x − m).
func softmax(y, x []float32) (most, sum float32) {
	most = Greatest(x)
	sum = active.expSum(&y[0], &x[0], most, len(x))
	Mul.ApplyScalar(y, y, 1/sum)
	return most, sum
}

// eachRow calls f with where each row begins, in tasks fixed by the shape.
func eachRow(p Parallel, size, cols int, f func(from int)) {
	if size == 0 || cols == 0 {
		return
	}
	rows := size / cols
	tasks := min(rows, softmaxTasks, ceilDiv(size, chunk/4))
	p(tasks, func(task int) {
		from, to := share(rows, task, tasks)
		for row := from; row < to; row++ {
			f(row * cols)
		}
	})
}

// CrossEntropy computes each row's loss −log softmax(x)[label] and, if dx is not nil, the
// gradient by x of the sum of the losses times scale: scale·(softmax(x) − onehot(label)). x
// has len(labels) rows, and labels must be columns of it. dx may be x.
func CrossEntropy(p Parallel, losses, dx, x []float32, labels []int32, scale float32) {
	if len(labels) == 0 {
		return
	}
	cols := len(x) / len(labels)
	eachRow(p, len(x), cols, func(from int) {
		row, label := x[from:from+cols], labels[from/cols]
		logit := row[label]
		var y []float32
		var own *scratch
		if dx == nil {
			own = newScratch(cols)
			y = own.data
		} else {
			y = dx[from : from+cols]
		}
		most, sum := softmax(y, row)
		losses[from/cols] = float32(math.Log(float64(sum)) - float64(logit-most))
		if dx != nil {
			y[label]--
			Mul.ApplyScalar(y, y, scale)
		}
		own.free()
	})
}
