package sparse

import (
	"espalier/internal/simd"
	"espalier/nn"
)

// phases rearranges the input of a layer with a stride, where vectors are pixels: it
// deals the padded input's lines and columns out in turn to as many planes as the
// stride, each with lines as far apart as those of the output. Seen from there the
// layer has no stride.
type phases struct {
	nn.Window
	in, out geometry // of the layer
	from    []channel
	to      *buffer
	parts   int // planes along either axis
}

func newPhases(l layout, w nn.Window, from []channel, in, out geometry) *phases {
	p := &phases{Window: w, in: in, out: out, from: from, parts: min(w.Stride, w.Size)}
	p.to = &buffer{geometry: l.geometry(out.height+reach(w), out.width), planes: len(from) * p.parts * p.parts, stays: true}
	return p
}

// reach is how many pixels of the output a window spans beyond one.
func reach(w nn.Window) int { return (w.Size - 1) * w.Dilation / w.Stride }

// tap is where the window's row i and column j of a channel are found.
func (p *phases) tap(c, i, j int) tap {
	y, x := i*p.Dilation, j*p.Dilation
	plane := (c*p.parts+y%p.Stride)*p.parts + x%p.Stride
	return tap{channel: channel{p.to, plane}, y: y / p.Stride, x: x / p.Stride}
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
				p.copy(arena[to.at():], arena[p.from[c].at():], y-p.Padding, x-p.Padding)
			}
		}
	})
}

// copy takes the phase that begins at a pixel of a plane.
func (p *phases) copy(to, from []float32, y, x int) {
	columns := p.out.width + reach(p.Window)
	first := max(0, (p.Stride-1-x)/p.Stride) // the first that lies on the plane
	for line := range p.out.height + reach(p.Window) {
		h := line*p.Stride + y
		if h < 0 || h >= p.in.height {
			continue // zero from the beginning
		}
		source, line := from[h*p.in.pitch:], to[line*p.to.pitch:]
		for column := first; column < columns && column*p.Stride+x < p.in.width; column++ {
			line[column] = source[column*p.Stride+x]
		}
	}
}
