package sparse

import (
	"fmt"

	"espalier/internal/simd"
)

// form is a way to compute a layer.
type form struct {
	// Rows is how many output channels are computed together: 1, which reads only what
	// its own weights need, or 4, which read the same.
	Rows int
	// Shared is how many of 4 rows must have a weight for an element for it to be computed
	// for all 4; elements of fewer rows are leftovers, which are computed row by row.
	Shared int
	// Channels is how many input channels are read in one pass, so that their pixels at a
	// tile stay in the first-level cache; 0 is all.
	Channels int
}

// blockRows is the number of rows of a block.
const blockRows = 4

// String names the form.
func (f form) String() string {
	switch {
	case f.Rows == 1 && f.Channels == 0:
		return "rows"
	case f.Rows == 1:
		return fmt.Sprintf("rows, %d channels at a time", f.Channels)
	case f.Shared == 1:
		return fmt.Sprintf("blocks of %d rows", f.Rows)
	}
	return fmt.Sprintf("blocks of %d rows that %d share, and leftovers", f.Rows, f.Shared)
}

// section is a part of a layer's rows, divided into units of rows that are computed
// together. Each pass runs over all units and adds to what the pass before has written.
type section struct {
	units  int
	passes []pass
	work   []int // elements before each unit, and at the end of all
}

// pass is a stencil with as many blocks for each unit.
type pass struct {
	*simd.CompiledStencil
	perUnit int
}

// compile gives a layer a form.
func (l *layer) compile(read *reading, f form) ([]section, error) {
	order := make([]int, len(l.rows))
	for i := range order {
		order[i] = i
	}
	together := 0 // rows in blocks
	if f.Rows > 1 {
		order = read.inBlocks
		together = len(order) / f.Rows * f.Rows
	}
	var sections []section
	for _, part := range []struct {
		order []int
		rows  int
	}{{order[:together], f.Rows}, {order[together:], 1}} {
		if len(part.order) == 0 {
			continue
		}
		s, err := l.section(read, part.order, part.rows, f)
		if err != nil {
			return nil, err
		}
		sections = append(sections, s)
	}
	return sections, nil
}

// section compiles the rows in order, in units of that many rows.
func (l *layer) section(read *reading, order []int, rows int, f form) (section, error) {
	s := section{units: len(order) / rows, work: []int{0}}
	var builders []*builder
	next := func(i, rows int) *builder {
		for len(builders) <= i {
			builders = append(builders, newBuilder(l, read, order, rows))
		}
		return builders[i]
	}
	split, count := 0, 1 // of channels, into passes
	if f.Channels > 0 && len(read.channels) > 0 {
		split = f.Channels
		count = read.channels[len(read.channels)-1]/split + 1
	}
	for i := range count {
		next(i, rows)
	}
	var elements, leftovers []element
	for first := 0; first < len(order); first += rows {
		unit := order[first : first+rows]
		elements, leftovers = read.elements(elements, unit), leftovers[:0]
		s.work = append(s.work, s.work[len(s.work)-1]+len(elements)*rows+1)
		for _, e := range elements {
			switch {
			case rows > 1 && e.shared < f.Shared:
				leftovers = append(leftovers, e)
			case split > 0:
				builders[read.channels[e.place]/split].add(e)
			default:
				builders[0].add(e)
			}
		}
		for _, b := range builders[:count] {
			b.end()
		}
		if rows > 1 && f.Shared > 1 {
			next(count, 1).addRows(leftovers, rows)
		}
	}
	for i, b := range builders {
		stencil, err := b.compile(i == 0, i == len(builders)-1)
		if err != nil {
			return section{}, err
		}
		s.passes = append(s.passes, pass{stencil, rows / b.stencil.Rows})
	}
	return s, nil
}

// builder collects the blocks of the stencil of one pass.
type builder struct {
	layer   *layer
	read    *reading
	order   []int
	stencil simd.Stencil
}

func newBuilder(l *layer, read *reading, order []int, rows int) *builder {
	return &builder{l, read, order, simd.Stencil{Rows: rows, Starts: []int32{0}, Stride: 1, Greatest: l.greatest}}
}

// add adds an element to the block at hand.
func (b *builder) add(e element) {
	b.stencil.Offsets = append(b.stencil.Offsets, int32(b.read.places[e.place]))
	if !b.stencil.Greatest {
		b.stencil.Weights = append(b.stencil.Weights, e.weights[:b.stencil.Rows]...)
	}
}

// end completes the block at hand.
func (b *builder) end() { b.stencil.Starts = append(b.stencil.Starts, int32(len(b.stencil.Offsets))) }

// addRows adds a block for each row of a unit.
func (b *builder) addRows(elements []element, rows int) {
	for r := range rows {
		for _, e := range elements {
			if w := e.weights[r]; w != 0 {
				b.add(element{place: e.place, weights: [blockRows]float32{w}})
			}
		}
		b.end()
	}
}

// compile makes the stencil of a pass. The first adds bias and residual, others add
// to what is there, and the last clips.
func (b *builder) compile(first, last bool) (*simd.CompiledStencil, error) {
	l, s := b.layer, &b.stencil
	if l.stride == 2 {
		s.Stride = 2
	}
	for _, r := range b.order {
		at := channel{l.out, r}.at()
		s.Dst = append(s.Dst, at)
		switch {
		case !first:
			s.Bias, s.Residual = append(s.Bias, 0), append(s.Residual, at)
		case l.residual != nil:
			s.Bias, s.Residual = append(s.Bias, l.rows[r].bias), append(s.Residual, l.residual[r].at())
		default:
			s.Bias = append(s.Bias, l.rows[r].bias)
		}
	}
	if last && l.clip != nil {
		s.Low, s.High = l.clip[0], l.clip[1]
	}
	return simd.NewStencil(*s)
}
