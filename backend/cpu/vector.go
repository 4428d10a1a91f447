package cpu

import (
	"math"

	"github.com/gomlx/compute"

	"espalier/internal/simd"
)

// Vector operations on blocks of float32. Truth values are 1 and 0 in a block.

type (
	vectorUnary   = func(to, x []float32)
	vectorBinary  = func(to, x, y []float32)
	vectorTernary = func(to, x, y, z []float32)
)

// each makes a vector operation of a function of one element.
func each(f func(x float32) float32) vectorUnary {
	return func(to, x []float32) {
		x = x[:len(to)]
		for i := range to {
			to[i] = f(x[i])
		}
	}
}

// eachWide is each for a function of float64, whose result is rounded.
func eachWide(f func(x float64) float64) vectorUnary {
	return func(to, x []float32) {
		x = x[:len(to)]
		for i := range to {
			to[i] = float32(f(float64(x[i])))
		}
	}
}

// eachWidePair is eachWide for two operands.
func eachWidePair(f func(x, y float64) float64) vectorBinary {
	return func(to, x, y []float32) {
		x, y = x[:len(to)], y[:len(to)]
		for i := range to {
			to[i] = float32(f(float64(x[i]), float64(y[i])))
		}
	}
}

// oneBits are the bits of the float32 1.
const oneBits = 0x3f800000

// truthOf is 1 or 0, without a branch.
func truthOf(holds bool) float32 {
	var mask uint32
	if holds {
		mask = 1
	}
	return math.Float32frombits(-mask & oneBits)
}

// vectorSign is 1, -1, or x itself where it is zero or NaN: x·2²⁵⁴, which is at least 1 in
// size even for the least subnormal x, limited to -1 and 1.
func vectorSign(to, x []float32) {
	const large = 1 << 127
	simd.Mul.ApplyScalar(to, x, large)
	simd.Mul.ApplyScalar(to, to, large)
	simd.Max.ApplyScalar(to, to, -1)
	simd.Min.ApplyScalar(to, to, 1)
}

// vectorUnaries are the operations of one operand.
var vectorUnaries = map[compute.OpType]vectorUnary{
	compute.OpTypeAbs:        simd.Abs.Apply,
	compute.OpTypeNeg:        simd.Neg.Apply,
	compute.OpTypeSqrt:       simd.Sqrt.Apply,
	compute.OpTypeRsqrt:      simd.Rsqrt.Apply,
	compute.OpTypeExp:        simd.Exp.Apply,
	compute.OpTypeExpm1:      eachWide(math.Expm1),
	compute.OpTypeLog:        simd.Log.Apply,
	compute.OpTypeLog1p:      eachWide(math.Log1p),
	compute.OpTypeTanh:       simd.Tanh.Apply,
	compute.OpTypeErf:        eachWide(math.Erf),
	compute.OpTypeSin:        eachWide(math.Sin),
	compute.OpTypeCos:        eachWide(math.Cos),
	compute.OpTypeFloor:      eachWide(math.Floor),
	compute.OpTypeCeil:       eachWide(math.Ceil),
	compute.OpTypeRound:      eachWide(math.RoundToEven),
	compute.OpTypeLogistic:   simd.Sigmoid.Apply,
	compute.OpTypeSign:       vectorSign,
	compute.OpTypeIsNaN:      func(to, x []float32) { simd.NotEqual.Apply(to, x, x) },
	compute.OpTypeIsFinite:   each(func(x float32) float32 { return truthOf(x-x == 0) }),
	compute.OpTypeLogicalNot: each(func(x float32) float32 { return 1 - x }),
}

// vectorBinaries are the operations of two operands.
var vectorBinaries = map[compute.OpType]vectorBinary{
	compute.OpTypeAdd:            simd.Add.Apply,
	compute.OpTypeSub:            simd.Sub.Apply,
	compute.OpTypeMul:            simd.Mul.Apply,
	compute.OpTypeDiv:            simd.Div.Apply,
	compute.OpTypeMax:            simd.Max.Apply,
	compute.OpTypeMin:            simd.Min.Apply,
	compute.OpTypePow:            eachWidePair(math.Pow),
	compute.OpTypeAtan2:          eachWidePair(math.Atan2),
	compute.OpTypeRem:            eachWidePair(math.Mod),
	compute.OpTypeEqual:          simd.Equal.Apply,
	compute.OpTypeNotEqual:       simd.NotEqual.Apply,
	compute.OpTypeGreaterThan:    simd.Greater.Apply,
	compute.OpTypeGreaterOrEqual: simd.GreaterOrEqual.Apply,
	compute.OpTypeLessThan:       func(to, x, y []float32) { simd.Greater.Apply(to, y, x) },
	compute.OpTypeLessOrEqual:    func(to, x, y []float32) { simd.GreaterOrEqual.Apply(to, y, x) },
	compute.OpTypeLogicalAnd:     simd.Mul.Apply,
	compute.OpTypeLogicalOr:      simd.Max.Apply,
	compute.OpTypeLogicalXor:     simd.NotEqual.Apply,
}

// vectorScalars are the operations of two operands whose second is one number, and
// whether they are the same for exchanged operands.
var vectorScalars = map[compute.OpType]struct {
	apply    func(to, x []float32, y float32)
	commutes bool
}{
	compute.OpTypeAdd: {simd.Add.ApplyScalar, true},
	compute.OpTypeSub: {simd.Sub.ApplyScalar, false},
	compute.OpTypeMul: {simd.Mul.ApplyScalar, true},
	compute.OpTypeDiv: {simd.Div.ApplyScalar, false},
	compute.OpTypeMax: {simd.Max.ApplyScalar, true},
	compute.OpTypeMin: {simd.Min.ApplyScalar, true},

	compute.OpTypeEqual:          {simd.Equal.ApplyScalar, true},
	compute.OpTypeNotEqual:       {simd.NotEqual.ApplyScalar, true},
	compute.OpTypeGreaterThan:    {simd.Greater.ApplyScalar, false},
	compute.OpTypeGreaterOrEqual: {simd.GreaterOrEqual.ApplyScalar, false},
}

// vectorTruth is 1 where x is not 0, which is x converted to Bool.
func vectorTruth(to, x []float32) { simd.NotEqual.ApplyScalar(to, x, 0) }

func vectorFill(to []float32, x float32) {
	const short = 64
	for i := range min(short, len(to)) {
		to[i] = x
	}
	for done := short; done < len(to); done *= 2 {
		copy(to[done:], to[:done])
	}
}

// toBool turns 1 and 0 into bytes of a Bool tensor.
func toBool(to []byte, from []float32) {
	from = from[:len(to)]
	for i := range to {
		to[i] = byte(from[i])
	}
}
