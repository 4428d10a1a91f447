package simd

import "unsafe"

// FromInt32 sets dst[i] to src[i], rounded to the nearest float32, for all of dst.
func FromInt32(dst []float32, src []int32) {
	if n := len(dst); n > 0 {
		active.fromInt32(&dst[0], &src[:n][0], n)
	}
}

// FromUint32 sets dst[i] to src[i], rounded to the nearest float32, for all of dst.
func FromUint32(dst []float32, src []uint32) {
	if n := len(dst); n > 0 {
		active.fromUint32(&dst[0], &src[:n][0], n)
	}
}

// fromInt32Go is FromInt32 of n elements.
func fromInt32Go(dst *float32, src *int32, n int) { fromIntegersGo(dst, src, n) }

// fromUint32Go is FromUint32 of n elements.
func fromUint32Go(dst *float32, src *uint32, n int) { fromIntegersGo(dst, src, n) }

func fromIntegersGo[T int32 | uint32](dst *float32, src *T, n int) {
	to := vector(dst, n)
	for i, x := range unsafe.Slice(src, n) {
		to[i] = float32(x)
	}
}
