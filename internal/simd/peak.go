package simd

// Peak runs the largest register tile of matrix products on data in the first-level
// cache, repeats times in each of tasks tasks, and returns the number of multiply-adds
// that it computed. Timed, it gives the most that a product can reach on this processor.
func Peak(p Parallel, tasks, repeats int) (multiplyAdds int) {
	const steps = 128
	rows, vectors := active.wide, active.vectors()
	tiles := make([]*tile, tasks)
	for i := range tiles {
		c := make([]float32, rows*16*vectors)
		a, x := make([]float32, steps*rows), make([]float32, steps*16*vectors)
		tiles[i] = &tile{aStep: uintptr(4 * rows), cRow: uintptr(64 * vectors), bStep: uintptr(64 * vectors), bVector: 64,
			b: at(x, 0), taps: &tap{}, tapCount: 1, length: steps, rows: rows, cols: 16 * vectors}
		tiles[i].a[0], tiles[i].c[0] = at(a, 0), at(c, 0)
	}
	kernel := active.panel[rows][vectors-1]
	p(tasks, func(task int) {
		for range repeats {
			kernel(tiles[task])
		}
	})
	return tasks * repeats * steps * rows * 16 * vectors
}
