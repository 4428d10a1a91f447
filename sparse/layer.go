package sparse

import "espalier/nn"

// layer is one step of a sparse program: a sum of shifted pixels for each channel of
// its output, with all that is fused into it.
type layer struct {
	name  string
	kinds []nn.Kind // of the network's layers that it computes
	in    geometry
	out   *buffer
	rows  []row
	// stride is the distance in the input of neighbouring pixels of the output.
	stride int
	// residual has the channel that is added to each row, nil if nothing is added.
	residual []channel
	// clip, if not nil, has the least and the greatest value of a result.
	clip *[2]float32
	// greatest takes the greatest of a row's taps in place of their sum.
	greatest bool
	// phases, if not nil, first rearranges the input.
	phases *phases
}

// row computes an output channel.
type row struct {
	bias float32
	taps []tap
}

// tap is a weight for the pixel of a channel that is y rows and x columns away from the
// output's pixel.
type tap struct {
	channel channel
	y, x    int
	weight  float32
}

// at is where the tap lies in the arena, from the output's pixel.
func (t tap) at(g geometry) int { return t.channel.at() + t.y*g.pitch + t.x*g.pixel }

// channel is a plane of a buffer; the zero channel is zeros.
type channel struct {
	buffer *buffer
	plane  int
}

// at is where the first pixel lies in the arena.
func (c channel) at() int { return c.buffer.at + c.plane*c.buffer.size + c.buffer.first }

// buffer is a number of planes of one geometry that lie one after the other in the arena.
type buffer struct {
	geometry
	planes int
	at     int
	// stays says that no other buffer may have its place, because it is read before
	// anything writes it.
	stays bool
	// constant, if not nil, is its lasting content: [height, width, planes].
	constant []float32
}

// channels are the buffer's planes.
func (b *buffer) channels() []channel {
	channels := make([]channel, b.planes)
	for i := range channels {
		channels[i] = channel{b, i}
	}
	return channels
}

// taps is the number of weights.
func (l *layer) taps() int {
	taps := 0
	for _, r := range l.rows {
		taps += len(r.taps)
	}
	return taps
}

// reads visits the buffers that the layer reads, some of them several times.
func (l *layer) reads(visit func(*buffer)) {
	if l.phases != nil {
		for _, c := range l.phases.from {
			if c.buffer != nil {
				visit(c.buffer)
			}
		}
	}
	for _, r := range l.rows {
		for _, t := range r.taps {
			visit(t.channel.buffer)
		}
	}
	for _, c := range l.residual {
		visit(c.buffer)
	}
}
