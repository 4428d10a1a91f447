package nn

import "slices"

// plane is one channel of an image, height × width values; nil is zeros.
type plane []float32

// full returns the values of a plane of a shape, a copy.
func (p plane) full(s Shape) plane {
	if p == nil {
		return make(plane, s.Height*s.Width)
	}
	return slices.Clone(p)
}

// reduced is nil for a plane of zeros.
func (p plane) reduced() plane {
	for _, v := range p {
		if v != 0 {
			return p
		}
	}
	return nil
}

// some reports whether a plane is there.
func (p plane) some() bool { return p != nil }

// varies reports whether the values differ.
func (p plane) varies() bool {
	return slices.ContainsFunc(p, func(v float32) bool { return v != p[0] })
}

// apply is a function of each value.
func (p plane) apply(s Shape, f func(float32) float32) plane {
	y := p.full(s)
	for i, v := range y {
		y[i] = f(v)
	}
	return y
}

// visit calls f for each tap of the window at each of its places that lies on the
// image: place and tap count in row-major order, pixel is the tap's.
func (w Window) visit(in Shape, f func(place, tap, pixel int)) {
	height, width := w.outputs(in.Height), w.outputs(in.Width)
	for place := range height * width {
		w.Taps(in, place/width, place%width, func(tap, pixel int) { f(place, tap, pixel) })
	}
}
