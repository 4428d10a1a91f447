package simd

// runParts shares the steps of a product with few tiles and many steps: each part
// makes a C of its own, and these are added up in order.
func (g *product) runParts(p Parallel) {
	g.partial = newScratch(g.parts * g.M * g.N)
	p(g.parts, g.partialSum)
	p(min(g.M, tasksWanted), g.addParts)
	g.partial.free()
	g.partial = nil
	if g.Done != nil {
		g.Done(0, g.M, 0, g.N)
	}
}

// partTask computes the product over one share of the steps.
func (g *product) partTask(part int) {
	from, to := share(g.K/4, part, g.parts)
	from, to = 4*from, 4*to
	if part == g.parts-1 {
		to = g.K
	}
	run := newProduct(Product{
		M: g.M, N: g.N, K: to - from,
		A: g.A.fromStep(from, !g.A.Transposed), B: g.B.fromStep(from, g.B.Transposed),
		C: g.partial.data[part*g.M*g.N:], CStride: g.N,
	}, g.v)
	run.runWhole(Sequential)
	run.free()
}

// fromStep is the matrix without its first steps, which are its columns in memory
// or its rows.
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
		if !g.Add {
			clear(c)
		}
		for part := range g.parts {
			for j, x := range g.partial.data[(part*g.M+i)*g.N:][:g.N] {
				c[j] += x
			}
		}
	}
}
