package simd

// runParts divides the steps of a product into parts, each with a sum of its own. The
// first part sums in C, and the others are then added to it in order.
func (g *product) runParts(p Parallel) {
	g.partial = newScratch((g.parts - 1) * g.M * g.N)
	p(g.parts, g.partialSum)
	p(min(g.M, tasksWanted), g.addParts)
	g.partial.free()
	g.partial = nil
}

// partTask computes the product over one share of the steps.
func (g *product) partTask(part int) {
	from, to := share(g.K/4, part, g.parts)
	from, to = 4*from, 4*to
	if part == g.parts-1 {
		to = g.K
	}
	share := g.Product
	share.Done = nil
	share.K, share.A, share.B = to-from, g.A.fromStep(from, !g.A.Transposed), g.B.fromStep(from, g.B.Transposed)
	if part > 0 {
		share.C, share.CStride, share.Add = g.partial.data[(part-1)*g.M*g.N:], g.N, false
	}
	run := newProduct(share, g.v)
	run.runWhole(Sequential)
	run.free()
}

// fromStep is the matrix without its first k steps. These are its columns as they lie in
// memory, or else its rows.
func (m Matrix) fromStep(k int, columns bool) Matrix {
	if !columns {
		k *= m.Stride
	}
	m.Data = m.Data[k:]
	return m
}

// addTask adds up a share of the rows of C over the parts.
func (g *product) addTask(task int) {
	from, to := share(g.M, task, min(g.M, tasksWanted))
	for i := from; i < to; i++ {
		c := g.C[i*g.CStride:][:g.N]
		for part := range g.parts - 1 {
			Add.Apply(c, c, g.partial.data[(part*g.M+i)*g.N:])
		}
	}
	if g.Done != nil {
		g.Done(from, to, 0, g.N)
	}
}
