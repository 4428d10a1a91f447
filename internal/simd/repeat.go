package simd

// Repeat writes each number of x times times: dst[i·times+j] = x[i] for j < times. dst must
// have at least len(x)·times elements.
func Repeat(dst, x []float32, times int) {
	if n := len(x); n > 0 && times > 0 {
		vectors, last := wholeVectors(times)
		active.repeat(&dst[:n*times][0], &x[0], n, vectors, last)
	}
}

// repeatGo is Repeat of n numbers. How often is given as whole vectors and elements of a
// last one.
func repeatGo(dst, x *float32, n, vectors, last int) {
	times := vectors*sparseGoLanes + last
	to := vector(dst, n*times)
	for i, v := range vector(x, n) {
		for j := range times {
			to[i*times+j] = v
		}
	}
}
