package simd

// pixelMulAddGo computes, for the pixels and their channels c < n,
//
//	dst[dstStep·i + c] += x[xStep·i + c]·w[c]
func pixelMulAddGo(dst, x, w *float32, pixels, dstStep, xStep, n int) {
	ws := vector(w, n)
	for i := range pixels {
		to := vector(dst, (pixels-1)*dstStep+n)[i*dstStep:][:n]
		for c, v := range vector(x, (pixels-1)*xStep+n)[i*xStep:][:n] {
			to[c] += v * ws[c]
		}
	}
}

// pixelMaxGo computes, for the pixels and their channels c < n,
//
//	dst[dstStep·i + c] = max(dst[dstStep·i + c], x[xStep·i + c])
func pixelMaxGo(dst, x *float32, pixels, dstStep, xStep, n int) {
	for i := range pixels {
		to := vector(dst, (pixels-1)*dstStep+n)[i*dstStep:][:n]
		for c, v := range vector(x, (pixels-1)*xStep+n)[i*xStep:][:n] {
			to[c] = max(to[c], v)
		}
	}
}

// pixelRouteGo moves what is left of a pooling's gradient to the input, where the
// input is the maximum: for the pixels and their channels, where x = y,
//
//	dx += left;  left = 0
func pixelRouteGo(dx, x, y, left *float32, pixels, dxStep, xStep, yStep, leftStep, n int) {
	for i := range pixels {
		to := vector(dx, (pixels-1)*dxStep+n)[i*dxStep:][:n]
		ys := vector(y, (pixels-1)*yStep+n)[i*yStep:][:n]
		rest := vector(left, (pixels-1)*leftStep+n)[i*leftStep:][:n]
		for c, v := range vector(x, (pixels-1)*xStep+n)[i*xStep:][:n] {
			if v == ys[c] {
				to[c] += rest[c]
				rest[c] = 0
			}
		}
	}
}
