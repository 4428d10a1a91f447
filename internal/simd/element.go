package simd

import "unsafe"

// Unary is an element-wise function of one operand.
type Unary int

// The functions of one operand. The bounds are on the distance from the true value in
// units in the last place (ULP) of the result, for all float32; TestUnaryBounds measures
// them. Subnormal results may be off by one unit more. Infinities, signed zeros and NaN
// give what package math gives.
const (
	Neg     Unary = iota // −x, exact
	Abs                  // |x|, exact
	Sqrt                 // √x, correctly rounded
	Rsqrt                // 1/√x, 1.5 ULP
	ReLU                 // x where x > 0 or x is NaN, else 0
	Exp                  // eˣ, 1 ULP
	Log                  // ln x, 1 ULP
	Tanh                 // tanh x, 1.5 ULP
	Sigmoid              // 1/(1 + e⁻ˣ), 2 ULP; below −88, 0
	unaries
)

var unaryNames = [unaries]string{"Neg", "Abs", "Sqrt", "Rsqrt", "ReLU", "Exp", "Log", "Tanh", "Sigmoid"}

// String is the function's name, such as "Exp".
func (op Unary) String() string { return unaryNames[op] }

// Apply computes dst[i] = op(x[i]) for all of dst. dst may be x itself.
func (op Unary) Apply(dst, x []float32) {
	if len(dst) > 0 {
		active.unary[op](&dst[0], &x[:len(dst)][0], len(dst))
	}
}

// Binary is an element-wise function of two operands.
type Binary int

// The functions of two operands.
const (
	Add            Binary = iota // x + y
	Sub                          // x − y
	Mul                          // x·y
	Div                          // x/y
	Max                          // the greater, NaN if one is NaN
	Min                          // the lesser, NaN if one is NaN
	AddReLU                      // ReLU of x + y
	ReLUGradient                 // y where x > 0, else 0
	Equal                        // 1 where x = y, else 0
	NotEqual                     // 1 where x ≠ y, else 0
	Greater                      // 1 where x > y, else 0
	GreaterOrEqual               // 1 where x ≥ y, else 0
	binaries
)

var binaryNames = [binaries]string{"Add", "Sub", "Mul", "Div", "Max", "Min", "AddReLU", "ReLUGradient", "Equal", "NotEqual", "Greater", "GreaterOrEqual"}

// String is the function's name, such as "Add".
func (op Binary) String() string { return binaryNames[op] }

// Apply computes dst[i] = op(x[i], y[i]) for all of dst. dst may be x or y.
func (op Binary) Apply(dst, x, y []float32) {
	if len(dst) > 0 {
		active.binary[op](&dst[0], &x[:len(dst)][0], &y[:len(dst)][0], len(dst))
	}
}

// ApplyScalar computes dst[i] = op(x[i], y) for all of dst. dst may be x.
func (op Binary) ApplyScalar(dst, x []float32, y float32) {
	if len(dst) > 0 {
		active.scalar[op](&dst[0], &x[:len(dst)][0], y, len(dst))
	}
}

// Axpy computes dst[i] += s·x[i] for all of dst.
func Axpy(dst []float32, s float32, x []float32) {
	if len(dst) > 0 {
		active.axpy(&dst[0], &x[:len(dst)][0], s, len(dst))
	}
}

// vector is the slice that a kernel's pointer and length stand for.
func vector(p *float32, n int) []float32 { return unsafe.Slice(p, n) }
