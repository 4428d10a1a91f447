package simd

// split divides every phase into regions whose pixels all have the same taps inside of the
// source, and drops their other taps. The source then needs no zeros around it, and there
// is less to do at its edges.
func (s *sweep) split() {
	s.regions, s.reads = s.regions[:0], s.reads[:0]
	for i := range s.phases {
		p := &s.phases[i]
		for m0 := 0; m0 < p.count[0]; {
			m1 := s.sameTaps(p, 0, m0)
			for n0 := 0; n0 < p.count[1]; {
				n1 := s.sameTaps(p, 1, n0)
				s.region(p, [2]int{m0, n0}, [2]int{m1, n1})
				n0 = n1
			}
			m0 = m1
		}
	}
}

// sameTaps returns the end of the positions from first on, along an axis, that have
// the same taps inside of the source.
func (s *sweep) sameTaps(p *phase, axis, first int) int {
	end := p.count[axis]
	for _, t := range s.taps[p.taps[0]:p.taps[1]] {
		// The tap lies inside from position enter on, and up to position leave.
		enter := ceilDiv(max(0, -t.at[axis]), p.from[axis])
		leave := floorDiv(s.source.size(axis)-1-t.at[axis], p.from[axis]) + 1
		for _, change := range []int{enter, leave} {
			if change > first {
				end = min(end, change)
			}
		}
	}
	return end
}

// region adds the positions from first to end of a phase.
func (s *sweep) region(p *phase, first, end [2]int) {
	part := *p
	part.taps[0] = len(s.reads)
	for axis := range first {
		part.start[axis] += first[axis] * p.step[axis]
		part.count[axis] = end[axis] - first[axis]
	}
	for _, t := range s.taps[p.taps[0]:p.taps[1]] {
		inside := true
		for axis := range t.at {
			t.at[axis] += first[axis] * p.from[axis]
			inside = inside && t.at[axis] >= 0 && t.at[axis] < s.source.size(axis)
		}
		if inside {
			s.reads = append(s.reads, t)
		}
	}
	part.taps[1] = len(s.reads)
	s.regions = append(s.regions, part)
}

// size is the number of positions along an axis.
func (m image) size(axis int) int { return [2]int{m.height, m.width}[axis] }
