package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The polynomials are those of S. Moshier's Cephes library (expf.c, logf.c,
// tanhf.c), evaluated with fused multiply-adds.

var (
	log2e = float32(math.Log2E)
	ln2Hi = float32(0.693359375) // ln 2 in two parts; products with the first are exact
	ln2Lo = float32(-2.12194440e-4)

	expSeries = []float32{1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1}

	logSeries = []float32{7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
		-1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1}

	tanhSeries = []float32{-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1}
)

const (
	expLeast    = -104       // below, exp is zero
	expMost     = 89         // above, exp is infinite
	tanhSeriesX = 0.625      // up to here tanh is a series
	leastNormal = 0x00800000 // bits of the least normal number
	sqrtHalf    = 0x3f3504f3 // bits of √½
	infinite    = 0x7f800000
	notANumber  = 0x7fc00000
)

// series evaluates a polynomial, highest coefficient first.
func (l *lanes) series(x reg.VecVirtual, coefficients []float32) reg.VecVirtual {
	v := l.copy(l.constant(coefficients[0]))
	for _, c := range coefficients[1:] {
		l.VFMADD213PS(l.constant(c), x, v) // v = v·x + c
	}
	return v
}

func expConstants(l *lanes) {
	l.keep(expLeast, expMost, log2e, ln2Hi, ln2Lo, 1)
	l.keep(expSeries...)
}

// exp computes 2ⁿ·(1 + r + r²·series(r)) with n = round(x·log₂e), r = x − n·ln 2.
func (l *lanes) exp(x reg.VecVirtual) reg.VecVirtual {
	x = l.max(l.constant(expLeast), x) // in this order, which keeps NaN
	x = l.min(l.constant(expMost), x)
	n := l.round(l.mul(x, l.constant(log2e)))
	r := l.fnma(n, l.constant(ln2Lo), l.fnma(n, l.constant(ln2Hi), x))
	v := l.series(r, expSeries)
	v = l.fma(l.mul(r, r), v, r)
	v = l.add(v, l.constant(1))
	return l.scale(v, n)
}

// scale gives x·2ⁿ, rounded once; n whole. AVX2 does it in two steps, neither of
// which leaves the range.
func (l *lanes) scale(x, n reg.VecVirtual) reg.VecVirtual {
	v := l.vector()
	if l.wide {
		l.VSCALEFPS(n, x, v)
		return v
	}
	whole, half, rest := l.YMM(), l.YMM(), l.YMM()
	l.VCVTPS2DQ(n, whole)
	l.VPSRAD(operand.U8(1), whole, half)
	l.VPSUBD(half, whole, rest)
	for _, e := range []reg.VecVirtual{half, rest} {
		l.VPADDD(l.bits(127), e, e)
		l.VPSLLD(operand.U8(23), e, e)
	}
	return l.mul(l.mul(x, half), rest)
}

// log computes e·ln 2 + ln(1 + m) with x = 2ᵉ·(1 + m), ½√2 ≤ 1 + m < √2, where
// ln(1 + m) = m − m²/2 + m³·series(m).
func (l *lanes) log(x reg.VecVirtual) reg.VecVirtual {
	tiny := l.compare(lessThan, x, l.bits(leastNormal))
	normal := l.choose(tiny, l.mul(x, l.constant(0x1p23)), x)
	e := l.vector()
	l.VPSRLD(operand.U8(23), normal, e)
	l.VPSUBD(l.bits(126), e, e)
	l.VCVTDQ2PS(e, e)
	e = l.sub(e, l.choose(tiny, l.constant(23), l.constant(0)))
	m := l.or(l.and(normal, l.bits(0x807fffff)), l.bits(0x3f000000)) // ½ ≤ m < 1
	low := l.compare(lessThan, m, l.bits(sqrtHalf))
	e = l.sub(e, l.choose(low, l.constant(1), l.constant(0)))
	m = l.sub(l.add(m, l.choose(low, m, l.constant(0))), l.constant(1))
	square := l.mul(m, m)
	v := l.mul(l.mul(l.series(m, logSeries), m), square)
	v = l.fma(e, l.constant(ln2Lo), v)
	v = l.fma(square, l.constant(-0.5), v)
	v = l.fma(e, l.constant(ln2Hi), l.add(m, v))
	// log ∞ = ∞, log 0 = −∞, and negative numbers and NaN give NaN.
	v = l.choose(l.compare(equal, x, l.bits(infinite)), l.bits(infinite), v)
	v = l.choose(l.compare(lessThan, x, l.constant(0)), l.bits(notANumber), v)
	v = l.choose(l.compare(equal, x, l.constant(0)), l.sub(l.constant(0), l.bits(infinite)), v)
	return l.pick(v, x)
}

func tanhConstants(l *lanes) {
	expConstants(l)
	l.keep(2, tanhSeriesX)
	l.keepBits(signBit, allButSign)
}

// tanh computes x + x³·series(x²) near zero and else 1 − 2/(exp 2|x| + 1) with the
// sign of x.
func (l *lanes) tanh(x reg.VecVirtual) reg.VecVirtual {
	magnitude := l.and(x, l.bits(allButSign))
	square := l.mul(x, x)
	near := l.fma(l.mul(l.series(square, tanhSeries), square), x, x)
	e := l.exp(l.add(magnitude, magnitude))
	far := l.sub(l.constant(1), l.div(l.constant(2), l.add(e, l.constant(1))))
	far = l.or(far, l.and(x, l.bits(signBit)))
	return l.choose(l.compare(lessEqual, magnitude, l.constant(tanhSeriesX)), near, far)
}

func sigmoidConstants(l *lanes) {
	expConstants(l)
	l.keepBits(signBit)
}

// sigmoid computes 1/(1 + exp(−x)).
func (l *lanes) sigmoid(x reg.VecVirtual) reg.VecVirtual {
	return l.div(l.constant(1), l.add(l.constant(1), l.exp(l.xor(x, l.bits(signBit)))))
}
