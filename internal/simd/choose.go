package simd

import "unsafe"

// Choose sets dst[i] to x[i] where condition[i] is not 0, else to y[i], for all of dst. Bits
// are copied as they are, those of NaN too. dst may be one of the other slices.
func Choose(dst, condition, x, y []float32) {
	if n := len(dst); n > 0 {
		active.choose(&dst[0], &condition[:n][0], &x[:n][0], &y[:n][0], n)
	}
}

// chooseGo is Choose of n elements.
func chooseGo(dst, condition, x, y *float32, n int) {
	to, xs, ys := vector(dst, n), vector(x, n), vector(y, n)
	for i, c := range vector(condition, n) {
		if c != 0 {
			to[i] = xs[i]
		} else {
			to[i] = ys[i]
		}
	}
}

// Keep sets x[i] to 0 where keep[i] is 0, for all of x.
func Keep(x []float32, keep []byte) {
	const block = 256
	var condition, zeros [block]float32
	for len(x) > 0 {
		n := min(block, len(x))
		FromBytes(condition[:n], keep)
		Choose(x[:n], condition[:n], x[:n], zeros[:n])
		x, keep = x[n:], keep[n:]
	}
}

// FromBytes sets dst[i] to src[i] for all of dst.
func FromBytes(dst []float32, src []byte) {
	n := len(dst)
	src = src[:n]
	whole := n &^ 15
	if whole > 0 {
		active.fromBytes(&dst[0], &src[0], whole/16)
	}
	for i := whole; i < n; i++ {
		dst[i] = float32(src[i])
	}
}

// fromBytesGo is FromBytes of vectors of 16 elements.
func fromBytesGo(dst *float32, src *byte, vectors int) {
	to := vector(dst, 16*vectors)
	for i, b := range unsafe.Slice(src, 16*vectors) {
		to[i] = float32(b)
	}
}
