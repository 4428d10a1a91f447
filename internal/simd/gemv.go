package simd

import "sync"

// vectorProduct is a product of a matrix and a vector: out[i] = Σ_k m[i,k]·x[k]. The matrix
// is read once, in the order of memory: row by row, as dot products, or if it is transposed
// column by column, each of which is added to the results in cache.
type vectorProduct struct {
	*Product
	m             Matrix
	x             []float32
	size          int // of the result
	step          int // from one result to the next in C
	tasks         int
	dots, columns func(task int)
}

const (
	dotLeast    = 64      // elements that make a dot product worth its call
	columnLeast = 256     // results that make a column worth its call
	vectorTask  = 1 << 16 // elements of the matrix of a task
	columnBlock = 2048    // results of a task that stay in the first-level cache
)

var vectorProducts sync.Pool

func newVectorProduct(g *Product) *vectorProduct {
	v, _ := vectorProducts.Get().(*vectorProduct)
	if v == nil {
		v = new(vectorProduct)
		v.dots, v.columns = v.dotsTask, v.columnsTask
	}
	v.Product = g
	return v
}

// byVector computes the product if M or N is 1 and that side is long enough, and reports
// whether it did.
func (g *Product) byVector(p Parallel) bool {
	if g.M != 1 && g.N != 1 {
		return false
	}
	m, size, step, other := g.A, g.M, g.CStride, g.B
	if g.N != 1 {
		m, size, step, other = g.B, g.N, 1, g.A
		m.Transposed = !m.Transposed
		other.Transposed = !other.Transposed
	}
	if m.Transposed && size < columnLeast || !m.Transposed && g.K < dotLeast {
		return false
	}
	v := newVectorProduct(g)
	v.m, v.size, v.step = m, size, step
	x := newScratch(g.K)
	for k := range x.data {
		x.data[k] = other.element(k)
	}
	v.x = x.data
	if m.Transposed {
		v.tasks = min(ceilDiv(size, dotLeast), max(ceilDiv(size, columnBlock), min(tasksWanted, ceilDiv(size*g.K, vectorTask))))
		p(v.tasks, v.columns)
	} else {
		v.tasks = min(size, ceilDiv(size*g.K, vectorTask))
		p(v.tasks, v.dots)
	}
	x.free()
	v.Product, v.m, v.x = nil, Matrix{}, nil
	vectorProducts.Put(v)
	return true
}

// element is element k of a matrix of one column.
func (m *Matrix) element(k int) float32 {
	if m.Transposed {
		return m.Data[k]
	}
	return m.Data[k*m.Stride]
}

// dotsTask computes a share of the results as dot products.
func (v *vectorProduct) dotsTask(task int) {
	from, to := share(v.size, task, v.tasks)
	for i := from; i < to; i++ {
		sum := Dot(v.m.Data[i*v.m.Stride:][:v.K], v.x)
		if v.Add {
			sum += v.C[i*v.step]
		}
		v.C[i*v.step] = sum
	}
	v.done(from, to)
}

// columnsTask adds up a share of the results column by column.
func (v *vectorProduct) columnsTask(task int) {
	from, to := share(v.size, task, v.tasks)
	sums := newScratch(to - from)
	clear(sums.data)
	for k, x := range v.x {
		active.axpy(&sums.data[0], &v.m.Data[k*v.m.Stride+from], x, to-from)
	}
	for i, sum := range sums.data {
		if v.Add {
			sum += v.C[(from+i)*v.step]
		}
		v.C[(from+i)*v.step] = sum
	}
	sums.free()
	v.done(from, to)
}

func (v *vectorProduct) done(from, to int) {
	switch {
	case v.Done == nil:
	case v.N == 1:
		v.Done(from, to, 0, 1)
	default:
		v.Done(0, 1, from, to)
	}
}
