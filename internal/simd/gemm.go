package simd

import (
	"fmt"
	"sync"
)

// Matrix is a matrix in row-major order: element i, j is Data[i·Stride + j], or,
// if it is Transposed, Data[j·Stride + i].
type Matrix struct {
	Data       []float32
	Stride     int
	Transposed bool
}

// Product is the matrix product that Gemm computes:
//
//	C[i,j] = Σ_k A[i,k]·B[k,j]        i < M, j < N, k < K
//
// or, with Add, C[i,j] += that sum.
type Product struct {
	M, N, K int
	A, B    Matrix
	C       []float32 // element i, j is C[i·CStride + j]
	CStride int
	Add     bool
	Done    Done // may be nil
}

// check reports operands that are too short for the shape.
func (g *Product) check() error {
	if g.M < 0 || g.N < 0 || g.K < 0 {
		return fmt.Errorf("simd: matrix product of negative size %d×%d×%d", g.M, g.K, g.N)
	}
	if err := g.A.check("A", g.M, g.K); err != nil {
		return err
	}
	if err := g.B.check("B", g.K, g.N); err != nil {
		return err
	}
	c := Matrix{Data: g.C, Stride: g.CStride}
	return c.check("C", g.M, g.N)
}

func (m *Matrix) check(name string, rows, cols int) error {
	if m.Transposed {
		rows, cols = cols, rows
	}
	if rows == 0 || cols == 0 {
		return nil
	}
	if m.Stride < cols {
		return fmt.Errorf("simd: matrix %s has rows of %d elements at a distance of %d", name, cols, m.Stride)
	}
	if need := (rows-1)*m.Stride + cols; len(m.Data) < need {
		return fmt.Errorf("simd: matrix %s has %d elements; %d rows of %d at a distance of %d need %d",
			name, len(m.Data), rows, cols, m.Stride, need)
	}
	return nil
}

const (
	stepsInCache  = 512     // steps of K whose panels stay in the second-level cache
	packedInCache = 1 << 20 // elements packed before they are used
	packedRows    = 1 << 13 // rows of A packed before they are used
	tasksWanted   = 16      // so that a few workers end together
	taskLeast     = 1 << 20 // multiply-adds that make a task worth its start
	packLeast     = 1 << 15 // elements of a task that packs
	tilesToShare  = 12      // with fewer tiles than this, K is shared instead
	stepsToShare  = 1024    // steps of K at least in each share
	rowsToShare   = 96      // with at most this many rows, K is shared where B is not transposed,
	skinnyParts   = 8       // in at most this many parts
	skinnySteps   = 384     // of at least this many steps
	setPeriod     = 1024    // elements after which lines fall into the same set of the first-level cache
)

// product is one running Gemm. Tiles read packed panels, of A with as many rows as a tile
// and of B with 16 columns, or the matrix itself where packing does not pay.
type product struct {
	Product
	v                    *variant
	rows, columns        int // of a tile
	directA, directB     bool
	kBlock               int
	mBlock, nBlock       int  // of a task, about
	byColumns            bool // tasks of the same columns follow each other
	mTasks, nTasks       int
	i0, i1, k0, k1       int // the chunk at work
	packedA, packedB     *scratch
	partial              *scratch
	parts                int
	taps                 [1]tap
	pack, compute        func(task int) // bound once, so that no call allocates
	partialSum, addParts func(task int)
}

var products sync.Pool

// newProduct returns a pooled run of g, planned; free gives it back.
func newProduct(g Product, v *variant) *product {
	run, _ := products.Get().(*product)
	if run == nil {
		run = new(product)
		run.pack, run.compute = run.packTask, run.computeTask
		run.partialSum, run.addParts = run.partTask, run.addTask
	}
	run.Product, run.v = g, v
	run.plan()
	return run
}

func (g *product) free() {
	g.Product = Product{}
	products.Put(g)
}

// Gemm computes a matrix product, in tasks that p runs. Slices that are too short for the
// shape are an error.
func Gemm(p Parallel, g *Product) error {
	if err := g.check(); err != nil {
		return err
	}
	if g.M == 0 || g.N == 0 {
		return nil
	}
	if g.K == 0 {
		g.empty()
		return nil
	}
	if g.byVector(p) {
		return nil
	}
	run := newProduct(*g, active)
	if run.parts > 1 {
		run.runParts(p)
	} else {
		run.runWhole(p)
	}
	run.free()
	return nil
}

// runWhole computes the product chunk by chunk.
func (g *product) runWhole(p Parallel) {
	mChunk := g.M
	if !g.directA {
		mChunk = min(g.M, packedRows/g.rows*g.rows)
	}
	kChunk := g.kChunk(mChunk)
	g.reserve(mChunk, kChunk)
	for g.i0 = 0; g.i0 < g.M; g.i0 = g.i1 {
		g.i1 = min(g.M, g.i0+mChunk)
		for g.k0 = 0; g.k0 < g.K; g.k0 = g.k1 {
			g.k1 = min(g.K, g.k0+kChunk)
			g.runChunk(p)
		}
	}
	g.packedA.free()
	g.packedB.free()
	g.packedA, g.packedB = nil, nil
}

// empty is the product over no steps.
func (g *Product) empty() {
	for i := range g.M {
		if !g.Add {
			clear(g.C[i*g.CStride:][:g.N])
		}
	}
	if g.Done != nil {
		g.Done(0, g.M, 0, g.N)
	}
}

// plan decides by shape alone how the product is cut.
func (g *product) plan() {
	g.rows, g.columns = g.v.wide, 16*g.v.vectors()
	if g.N <= 16 {
		g.rows, g.columns = g.v.narrow, 16
	}
	g.parts = g.stepParts()
	g.kBlock = min(g.K, (ceilDiv(g.K, ceilDiv(g.K, stepsInCache))+3)&^3)
	g.directA = g.N <= 2*g.columns || !g.A.Transposed && g.A.Stride%setPeriod != 0
	g.directB = !g.B.Transposed && g.M <= 8*g.rows
	g.byColumns = !g.directB && g.Done == nil
	g.mBlock = min(ceilDiv(g.M, g.rows)*g.rows, 16*g.rows)
	g.nBlock = min(ceilDiv(g.N, g.columns)*g.columns, 256)
	for g.tasks() < tasksWanted && g.mBlock*g.nBlock*g.K > taskLeast {
		switch {
		case g.nBlock > g.columns && (g.nBlock >= g.mBlock || g.mBlock == g.rows):
			g.nBlock = ceilDiv(g.nBlock/2, g.columns) * g.columns
		case g.mBlock > g.rows:
			g.mBlock = ceilDiv(g.mBlock/2, g.rows) * g.rows
		default:
			return
		}
	}
}

// stepParts is the number of parts into which K is divided, each with a sum of its own; 1
// if K is not divided. It is divided where there are too few tiles to share, and where C is
// small beside B: each worker then reads rows of B that follow each other in memory, most
// often the same ones as in the last product and in steps that work on B row by row.
func (g *product) stepParts() int {
	if ceilDiv(g.M, g.rows)*ceilDiv(g.N, g.columns) < tilesToShare {
		return min(tasksWanted, max(1, g.K/stepsToShare))
	}
	if g.M <= rowsToShare && !g.B.Transposed {
		return min(skinnyParts, max(1, g.K/skinnySteps))
	}
	return 1
}

func (g *product) tasks() int { return ceilDiv(g.M, g.mBlock) * ceilDiv(g.N, g.nBlock) }

// kChunk is how many steps are packed before they are used, a multiple of kBlock.
func (g *product) kChunk(mChunk int) int {
	packed := 0
	if !g.directA {
		packed += mChunk
	}
	if !g.directB {
		packed += g.N
	}
	if packed == 0 {
		return g.K
	}
	return max(1, packedInCache/packed/g.kBlock) * g.kBlock
}

// reserve gets the memory for the packed panels of a chunk.
func (g *product) reserve(mChunk, kChunk int) {
	k := min(kChunk, g.K)
	switch {
	case !g.directA:
		g.packedA = newScratch(ceilDiv(mChunk, g.rows) * g.rows * k)
	case g.A.Transposed && g.M%g.rows != 0:
		g.packedA = newScratch(g.rows * k)
	}
	switch {
	case !g.directB:
		g.packedB = newScratch(ceilDiv(g.N, 16) * 16 * k)
	case g.N%16 != 0:
		g.packedB = newScratch(16 * k)
	}
}

// runChunk packs rows i0 to i1 of A and steps k0 to k1 of both, and adds their
// product to C.
func (g *product) runChunk(p Parallel) {
	g.mTasks, g.nTasks = ceilDiv(g.i1-g.i0, g.mBlock), ceilDiv(g.N, g.nBlock)
	if tasks := g.packTasks(); tasks > 0 {
		p(tasks, g.pack)
	}
	p(g.mTasks*g.nTasks, g.compute)
}

// packTasks is the number of tasks in which a chunk is packed.
func (g *product) packTasks() int {
	units := g.packUnitsA() + g.packUnitsB()
	return min(units, ceilDiv(units*16*(g.k1-g.k0), packLeast))
}

// packUnitsA is the number of panels of A to pack.
func (g *product) packUnitsA() int {
	switch {
	case !g.directA:
		return ceilDiv(g.i1-g.i0, g.rows)
	case g.A.Transposed:
		return min(1, (g.i1-g.i0)%g.rows)
	}
	return 0
}

// packUnitsB is the number of panels of B to pack.
func (g *product) packUnitsB() int {
	if g.directB {
		return min(1, g.N%16)
	}
	return ceilDiv(g.N, 16)
}

// packTask packs a share of the panels of A and of those of B: a worker that takes
// the same share of the tasks that compute columns then has its part of B in cache.
func (g *product) packTask(task int) {
	tasks := g.packTasks()
	fromA, toA := share(g.packUnitsA(), task, tasks)
	fromB, toB := share(g.packUnitsB(), task, tasks)
	for k := g.k0; k < g.k1; k += g.kBlock {
		length := min(g.kBlock, g.k1-k)
		for unit := fromA; unit < toA; unit++ {
			g.packA(unit, k, length)
		}
		for unit := fromB; unit < toB; unit++ {
			g.packB(unit, k, length)
		}
	}
}

// panelA is where a panel of A begins that holds steps from k on.
func (g *product) panelA(unit, k, length int) []float32 {
	return g.packedA.data[g.rows*((k-g.k0)*g.packUnitsA()+unit*length):]
}

// panelB is where a panel of B begins that holds steps from k on.
func (g *product) panelB(unit, k, length int) []float32 {
	return g.packedB.data[16*((k-g.k0)*g.packUnitsB()+unit*length):]
}

func (g *product) packA(unit, k, length int) {
	dst := g.panelA(unit, k, length)
	i := g.i0 + unit*g.rows
	if g.directA {
		i = g.i1 / g.rows * g.rows
	}
	n := min(g.rows, g.i1-i)
	if !g.A.Transposed {
		g.v.packTransposed(&dst[0], g.rows, &g.A.Data[i*g.A.Stride+k], g.A.Stride, n, length, g.rows)
		return
	}
	g.v.packColumns(&dst[0], &g.A.Data[k*g.A.Stride+i], g.A.Stride, length, n, g.rows)
}

func (g *product) packB(unit, k, length int) {
	dst := g.panelB(unit, k, length)
	j := 16 * unit
	if g.directB {
		j = g.N / 16 * 16
	}
	n := min(16, g.N-j)
	if g.B.Transposed {
		g.v.packTransposed(&dst[0], 16, &g.B.Data[j*g.B.Stride+k], g.B.Stride, n, length, 16)
	} else {
		g.v.packColumns(&dst[0], &g.B.Data[k*g.B.Stride+j], g.B.Stride, length, n, 16)
	}
}

// block is the part of C that a task computes: rows i0 to i1 and columns j0 to j1, whole
// tiles, about as many for each task.
func (g *product) block(task int) (i0, i1, j0, j1 int) {
	i, j := task/g.nTasks, task%g.nTasks
	if g.byColumns {
		i, j = task%g.mTasks, task/g.mTasks
	}
	i0, i1 = share(ceilDiv(g.i1-g.i0, g.rows), i, g.mTasks)
	j0, j1 = share(ceilDiv(g.N, g.columns), j, g.nTasks)
	return g.i0 + i0*g.rows, min(g.i1, g.i0+i1*g.rows), j0 * g.columns, min(g.N, j1*g.columns)
}

// computeTask computes one block of C.
func (g *product) computeTask(task int) {
	i0, i1, j0, j1 := g.block(task)
	t := tilePool.Get().(*tile)
	for k := g.k0; k < g.k1; k += g.kBlock {
		length := min(g.kBlock, g.k1-k)
		t.taps, t.tapCount, t.length = &g.taps[0], 1, length
		t.cRow, t.add = uintptr(4*g.CStride), 0
		if k > 0 || g.Add {
			t.add = 1
		}
		for j := j0; j < j1; j += t.cols {
			vectors := g.aimB(t, j, k, length)
			if g.directA && !g.A.Transposed {
				g.rowTiles(t, i0, i1, j, k, vectors)
			} else {
				g.panelTiles(t, i0, i1, j, k, vectors)
			}
		}
	}
	tilePool.Put(t)
	if g.Done != nil && g.k1 == g.K {
		g.Done(i0, i1, j0, j1)
	}
}

// aimB points the tile at the columns from j on and returns how many vectors of
// them it takes.
func (g *product) aimB(t *tile, j, k, length int) int {
	t.cols = min(g.columns, g.N-j)
	switch {
	case !g.directB:
		t.b, t.bStep, t.bVector = at(g.panelB(j/16, k, length), 0), 64, uintptr(64*length)
	case t.cols < 16:
		t.b, t.bStep = at(g.panelB(0, k, length), 0), 64
	default:
		t.cols = t.cols / 16 * 16
		t.b, t.bStep, t.bVector = at(g.B.Data, k*g.B.Stride+j), uintptr(4*g.B.Stride), 64
	}
	return ceilDiv(t.cols, 16)
}

// rowTiles computes rows i0 to i1 from A itself.
func (g *product) rowTiles(t *tile, i0, i1, j, k, vectors int) {
	highest := min(g.v.rows[vectors-1].groups(), g.rows/4)
	t.aRow = uintptr(4 * g.A.Stride)
	for i := i0; i < i1; {
		groups := min(highest, (i1-i)/4)
		for n := range max(1, groups) {
			t.a[n] = at(g.A.Data, (i+4*n)*g.A.Stride+k)
			t.c[n] = at(g.C, (i+4*n)*g.CStride+j)
		}
		g.v.rows[vectors-1][groups](t)
		i += max(1, 4*groups)
	}
}

// panelTiles computes rows i0 to i1 from packed panels of A, or from A itself
// where its columns lie as in a panel.
func (g *product) panelTiles(t *tile, i0, i1, j, k, vectors int) {
	kernel := g.v.panel[g.rows][vectors-1]
	for i := i0; i < i1; i += g.rows {
		t.rows = min(g.rows, i1-i)
		switch {
		case !g.directA:
			t.a[0], t.aStep = at(g.panelA((i-g.i0)/g.rows, k, t.length), 0), uintptr(4*g.rows)
		case t.rows < g.rows:
			t.a[0], t.aStep = at(g.panelA(0, k, t.length), 0), uintptr(4*g.rows)
		default:
			t.a[0], t.aStep = at(g.A.Data, k*g.A.Stride+i), uintptr(4*g.A.Stride)
		}
		t.c[0] = at(g.C, i*g.CStride+j)
		kernel(t)
	}
}
