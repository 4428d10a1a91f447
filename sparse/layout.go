package sparse

import (
	"espalier/internal/simd"
	"espalier/nn"
)

// layout says what the 16 numbers of a vector are. In either layout a group of images lies
// in one piece of memory, its arena, channel by channel. A channel is a plane of pixels
// with zeros around it.
type layout struct {
	// images is how many images each pixel has, side by side: 16, or 1, and then a vector
	// is 16 pixels that follow each other.
	images int
	// margin is how many pixels of zeros there are above and below a plane, and
	// between the end of a line and the beginning of the next.
	margin int
}

// fewImages is the batch below which vectors are pixels, not images.
const fewImages = 8

func layoutFor(batch int, n *nn.Network) layout {
	l := layout{images: simd.StencilPixel}
	if batch < fewImages {
		l.images = 1
	}
	for _, node := range n.Nodes {
		w, ok := nn.WindowOf(node.Layer)
		if !ok {
			continue
		}
		l.margin = max(l.margin, w.Padding)
		if l.byPixel() {
			l.margin = max(l.margin, reach(w))
		}
	}
	return l
}

func (l layout) byPixel() bool { return l.images == 1 }

// groups is how many arenas a batch takes.
func (l layout) groups(batch int) int { return (batch + l.images - 1) / l.images }

// geometry is how a plane lies in an arena. Distances are in floats.
type geometry struct {
	height, width int
	pixel         int // from a pixel to the next
	pitch         int // from a line to the next
	first         int // from the plane's beginning to its first pixel
	size          int
}

func (l layout) geometry(height, width int) geometry {
	g := geometry{height: height, width: width, pixel: l.images}
	g.pitch = (width + l.margin) * g.pixel
	g.first = l.margin * (g.pitch + g.pixel)
	g.size = roundUp(g.first+(height+l.margin)*g.pitch, simd.StencilPixel)
	if l.byPixel() {
		g.size += simd.StencilPixel // the last vector of pixels reaches beyond
	}
	return g
}

// vectors is how many vectors hold all pixels of a plane, where vectors are pixels.
func (g geometry) vectors() int {
	return (((g.height-1)*g.pitch + g.width) + simd.StencilPixel - 1) / simd.StencilPixel
}

// clearMargins sets to zero again what lies between and after the lines of a plane: vectors
// of pixels write there, too.
func (g geometry) clearMargins(plane []float32) {
	for line := range g.height - 1 {
		clear(plane[line*g.pitch+g.width : (line+1)*g.pitch])
	}
	clear(plane[(g.height-1)*g.pitch+g.width : g.vectors()*simd.StencilPixel])
}

// load copies a channel of some images, [height, width, channels] each, into a plane that
// begins with its first pixel. There are at most as many images as a pixel holds.
func (g geometry) load(plane, images []float32, size, channels, channel int) {
	for i := range len(images) / size {
		image := images[i*size+channel : (i+1)*size]
		for h := range g.height {
			for w := range g.width {
				plane[h*g.pitch+w*g.pixel+i] = image[(h*g.width+w)*channels]
			}
		}
	}
}

// store copies a plane out to a channel of images.
func (g geometry) store(images, plane []float32, size, channels, channel int) {
	for i := range len(images) / size {
		image := images[i*size+channel : (i+1)*size]
		for h := range g.height {
			for w := range g.width {
				image[(h*g.width+w)*channels] = plane[h*g.pitch+w*g.pixel+i]
			}
		}
	}
}

func roundUp(n, to int) int { return (n + to - 1) / to * to }
