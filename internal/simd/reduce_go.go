package simd

import "math"

// sumGo returns Σ x[i] over i < n.
func sumGo(x *float32, n int) (sum float32) {
	for _, v := range vector(x, n) {
		sum += v
	}
	return sum
}

// squaresGo returns Σ x[i]² over i < n.
func squaresGo(x *float32, n int) (sum float32) {
	for _, v := range vector(x, n) {
		sum += v * v
	}
	return sum
}

// dotGo returns Σ x[i]·y[i] over i < n.
func dotGo(x, y *float32, n int) (sum float32) {
	ys := vector(y, n)
	for i, v := range vector(x, n) {
		sum += v * ys[i]
	}
	return sum
}

// greatestGo returns the greatest x[i], i < n, ignoring NaN; −∞ if there is none.
func greatestGo(x *float32, n int) float32 {
	most := float32(math.Inf(-1))
	for _, v := range vector(x, n) {
		if v > most {
			most = v
		}
	}
	return most
}

// expSumGo writes dst[i] = exp(x[i] − shift) for i < n and returns their sum.
func expSumGo(dst, x *float32, shift float32, n int) (sum float32) {
	to := vector(dst, n)
	for i, v := range vector(x, n) {
		to[i] = float32(math.Exp(float64(v - shift)))
		sum += to[i]
	}
	return sum
}

// columnSumsGo writes sum[j] = Σ_i x[stride·i + j] for j < cols, over i < rows.
func columnSumsGo(sum, x *float32, rows, stride, cols int) {
	sums := vector(sum, cols)
	clear(sums)
	for i := range rows {
		for j, v := range vector(x, (rows-1)*stride+cols)[i*stride:][:cols] {
			sums[j] += v
		}
	}
}

// columnMomentsGo writes the sums over i < rows, for j < cols,
//
//	sum[j]    = Σ_i (x[stride·i + j] − shift[j])
//	square[j] = Σ_i (x[stride·i + j] − shift[j])²
//
// They are summed in float64, since a variance is their difference, and plain Go has no
// fused multiply-add, which would round once.
func columnMomentsGo(sum, square, x, shift *float32, rows, stride, cols int) {
	shifts := vector(shift, cols)
	sums, squares := make([]float64, cols), make([]float64, cols)
	for i := range rows {
		for j, v := range vector(x, (rows-1)*stride+cols)[i*stride:][:cols] {
			d := float64(v - shifts[j])
			sums[j] += d
			squares[j] += d * d
		}
	}
	for j := range cols {
		vector(sum, cols)[j], vector(square, cols)[j] = float32(sums[j]), float32(squares[j])
	}
}

// columnProductsGo writes the sums over i < rows, for j < cols,
//
//	sum[j]     = Σ_i x[stride·i + j]
//	product[j] = Σ_i x[stride·i + j]·(y[stride·i + j] − shift[j])
func columnProductsGo(sum, product, x, y, shift *float32, rows, stride, cols int) {
	sums, products, shifts := vector(sum, cols), vector(product, cols), vector(shift, cols)
	clear(sums)
	clear(products)
	size := (rows-1)*stride + cols
	for i := range rows {
		ys := vector(y, size)[i*stride:][:cols]
		for j, v := range vector(x, size)[i*stride:][:cols] {
			sums[j] += v
			products[j] += v * (ys[j] - shifts[j])
		}
	}
}
