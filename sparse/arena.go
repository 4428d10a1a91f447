package sparse

// space is a free part of an arena, planes of one geometry.
type space struct{ at, planes int }

// place gives buffers their places in an arena, and returns the arena's size in floats. A
// buffer that no later layer reads leaves its place to one of the same geometry, which has
// the zeros around its planes in the same places.
func (l *lowering) place() int {
	p := &placing{last: make(map[*buffer]int), free: make(map[geometry][]space), placed: make(map[*buffer]bool)}
	for i, layer := range l.layers {
		p.last[layer.out] = i
		layer.reads(func(b *buffer) { p.last[b] = i })
	}
	for _, c := range l.output().channels {
		if c.buffer != nil {
			p.last[c.buffer] = len(l.layers)
		}
	}
	p.add(l.input)
	for i, layer := range l.layers {
		layer.reads(p.add)
		p.add(layer.out)
		layer.reads(func(b *buffer) { p.release(b, i) })
	}
	return p.size
}

// placing is an arena being laid out.
type placing struct {
	size   int
	last   map[*buffer]int // the layer that reads it last
	free   map[geometry][]space
	placed map[*buffer]bool
}

// add gives a buffer its place, unless it has one.
func (p *placing) add(b *buffer) {
	if p.placed[b] {
		return
	}
	p.placed[b] = true
	spaces := p.free[b.geometry]
	for i, s := range spaces {
		if s.planes >= b.planes && !b.stays {
			b.at = s.at
			spaces[i].at, spaces[i].planes = s.at+b.planes*b.size, s.planes-b.planes
			return
		}
	}
	b.at = p.size
	p.size += b.planes * b.size
}

// release frees a buffer's place after the layer that reads it last.
func (p *placing) release(b *buffer, layer int) {
	if p.last[b] == layer && !b.stays {
		p.free[b.geometry] = append(p.free[b.geometry], space{b.at, b.planes})
		p.last[b] = -1
	}
}

// fill writes what stays in buffers into an arena.
func (l *lowering) fill(arena []float32) {
	done := make(map[*buffer]bool)
	for _, layer := range l.layers {
		layer.reads(func(b *buffer) {
			if b.constant == nil || done[b] {
				return
			}
			done[b] = true
			for i, v := range b.constant {
				pixel, plane := i/b.planes, i%b.planes
				at := channel{b, plane}.at() + pixel/b.width*b.pitch + pixel%b.width*b.pixel
				for j := range b.pixel {
					arena[at+j] = v
				}
			}
		})
	}
}
