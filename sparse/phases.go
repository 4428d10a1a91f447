package sparse

import "espalier/internal/simd"

// phases rearranges the input of a layer with a stride, where vectors are pixels: it
// deals the padded input's lines and columns out in turn to as many planes as the
// stride, each with lines as far apart as those of the output. Seen from there the
// layer has no stride.
type phases struct {
	window
	in, out geometry // of the layer
	from    []channel
	to      *buffer
	parts   int // planes along either axis
}

func newPhases(l layout, w window, from []channel, in, out geometry) *phases {
	p := &phases{window: w, in: in, out: out, from: from, parts: min(w.stride, w.size)}
	p.to = &buffer{geometry: l.geometry(out.height+w.reach(), out.width), planes: len(from) * p.parts * p.parts, stays: true}
	return p
}

// tap is where the window's row i and column j of a channel are found.
func (p *phases) tap(c, i, j int) tap {
	y, x := i*p.dilation, j*p.dilation
	plane := (c*p.parts+y%p.stride)*p.parts + x%p.stride
	return tap{channel: channel{p.to, plane}, y: y / p.stride, x: x / p.stride}
}

// run rearranges the input in an arena.
func (p *phases) run(parallel simd.Parallel, arenas [][]float32) {
	parallel(len(arenas)*len(p.from), func(task int) {
		arena, c := arenas[task/len(p.from)], task%len(p.from)
		if p.from[c].buffer == nil {
			return
		}
		for y := range p.parts {
			for x := range p.parts {
				to := channel{p.to, (c*p.parts+y)*p.parts + x}
				p.copy(arena[to.at():], arena[p.from[c].at():], y-p.padding, x-p.padding)
			}
		}
	})
}

// copy takes the phase that begins at a pixel of a plane.
func (p *phases) copy(to, from []float32, y, x int) {
	columns := p.out.width + p.reach()
	first := max(0, (p.stride-1-x)/p.stride) // the first that lies on the plane
	for line := range p.out.height + p.reach() {
		h := line*p.stride + y
		if h < 0 || h >= p.in.height {
			continue // zero from the beginning
		}
		source, line := from[h*p.in.pitch:], to[line*p.to.pitch:]
		for column := first; column < columns && column*p.stride+x < p.in.width; column++ {
			line[column] = source[column*p.stride+x]
		}
	}
}
