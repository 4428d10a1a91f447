package simd

// quads walks the result pixels of one phase in groups of four, along a row or
// along the batch, and hands several groups at a time to a tile.
type quads struct {
	*sweep
	*phase
	tile          *tile
	vectors       int
	panel         int
	sourceChannel int
	resultChannel int
	groups        int // waiting in the tile
}

// run computes the phase's pixels in images b0 to b1 and result rows h0 to h1.
func (q *quads) run(b0, b1, h0, h1 int) {
	m0 := max(0, ceilDiv(h0-q.start[0], q.step[0]))
	m1 := min(q.count[0], max(0, ceilDiv(h1-q.start[0], q.step[0])))
	if m0 >= m1 || q.count[1] == 0 {
		return
	}
	if q.runs[0] == q.runs[1] || q.length == 0 {
		q.zero(b0, b1, m0, m1)
		return
	}
	q.aim()
	switch {
	case q.byImage:
		b4 := b0 + (b1-b0)/quad*quad
		for m := m0; m < m1; m++ {
			for n := range q.count[1] {
				for b := b0; b < b4; b += quad {
					q.group(b, m, n)
				}
			}
		}
		q.flush()
		q.singles(b4, b1, m0, m1)
	case q.count[1] < quad:
		q.singles(b0, b1, m0, m1)
	default:
		for b := b0; b < b1; b++ {
			for m := m0; m < m1; m++ {
				for n := 0; n < q.count[1]; n += quad {
					q.group(b, m, min(n, q.count[1]-quad)) // the last may overlap
				}
			}
		}
		q.flush()
	}
}

// aim sets what all tiles of the phase share.
func (q *quads) aim() {
	t := q.tile
	t.b, t.bStep, t.bVector = at(q.packed.data, q.panel*q.panelSize+q.weightsAt), 64, uintptr(4*q.panelSize)
	t.taps, t.tapCount, t.length = &q.offsets[q.runs[0]], q.runs[1]-q.runs[0], q.length
	t.add = 0
	if q.byImage {
		t.aRow = uintptr(4 * q.height * q.width * q.source.channels)
		t.cRow = uintptr(4 * q.result.height * q.result.width * q.result.channels)
	} else {
		t.aRow = uintptr(4 * q.from[1] * q.source.channels)
		t.cRow = uintptr(4 * q.step[1] * q.result.channels)
	}
}

// group adds four pixels that begin at image b and the phase's row m and column n.
func (q *quads) group(b, m, n int) {
	q.place(q.groups, b, m, n)
	if q.groups++; q.groups == q.v.groups(q.vectors) {
		q.flush()
	}
}

func (q *quads) place(slot, b, m, n int) {
	src := q.source.data
	if q.padded != nil {
		src = q.padded.data
	}
	pixel := (b*q.height+m*q.from[0])*q.width + n*q.from[1]
	q.tile.a[slot] = at(src, pixel*q.source.channels+q.sourceChannel)
	q.tile.c[slot] = at(q.result.data, q.resultAt(b, m, n))
}

func (q *quads) resultAt(b, m, n int) int {
	row, column := q.start[0]+m*q.step[0], q.start[1]+n*q.step[1]
	return ((b*q.result.height+row)*q.result.width+column)*q.result.channels + q.resultChannel
}

// flush computes the groups that wait.
func (q *quads) flush() {
	if q.groups > 0 {
		q.v.rows[q.vectors-1][q.groups](q.tile)
		q.groups = 0
	}
}

// singles computes pixel by pixel what does not fill groups.
func (q *quads) singles(b0, b1, m0, m1 int) {
	for b := b0; b < b1; b++ {
		for m := m0; m < m1; m++ {
			for n := range q.count[1] {
				q.place(0, b, m, n)
				q.v.rows[q.vectors-1][0](q.tile)
			}
		}
	}
}

// zero writes the pixels that no tap reaches.
func (q *quads) zero(b0, b1, m0, m1 int) {
	for b := b0; b < b1; b++ {
		for m := m0; m < m1; m++ {
			for n := range q.count[1] {
				clear(q.result.data[q.resultAt(b, m, n):][:q.tile.cols])
			}
		}
	}
}
