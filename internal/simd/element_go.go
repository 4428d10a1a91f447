package simd

import "math"

// unaryGo are the twins of the functions of one operand, which Unary documents.
var unaryGo = [unaries]func(dst, x *float32, n int){
	Neg:     unaryOf(func(x float32) float32 { return -x }),
	Abs:     unaryOf(func(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }),
	Sqrt:    unaryOf(func(x float32) float32 { return float32(math.Sqrt(float64(x))) }),
	Rsqrt:   unaryOf(func(x float32) float32 { return float32(1 / math.Sqrt(float64(x))) }),
	ReLU:    unaryOf(func(x float32) float32 { return max(x, 0) }),
	Exp:     unaryOf(func(x float32) float32 { return float32(math.Exp(float64(x))) }),
	Log:     unaryOf(func(x float32) float32 { return float32(math.Log(float64(x))) }),
	Tanh:    unaryOf(func(x float32) float32 { return float32(math.Tanh(float64(x))) }),
	Sigmoid: unaryOf(func(x float32) float32 { return 1 / (1 + float32(math.Exp(-float64(x)))) }),
}

func unaryOf(f func(float32) float32) func(dst, x *float32, n int) {
	return func(dst, x *float32, n int) {
		to := vector(dst, n)
		for i, v := range vector(x, n) {
			to[i] = f(v)
		}
	}
}

// binaryGo and scalarGo are the twins of the functions of two operands, which
// Binary documents.
var binaryGo, scalarGo = binariesGo()

func binariesGo() (vectors [binaries]func(dst, x, y *float32, n int), scalars [binaries]func(dst, x *float32, y float32, n int)) {
	for op, f := range [binaries]func(x, y float32) float32{
		Add:     func(x, y float32) float32 { return x + y },
		Sub:     func(x, y float32) float32 { return x - y },
		Mul:     func(x, y float32) float32 { return x * y },
		Div:     func(x, y float32) float32 { return x / y },
		Max:     func(x, y float32) float32 { return max(x, y) },
		Min:     func(x, y float32) float32 { return min(x, y) },
		AddReLU: func(x, y float32) float32 { return max(x+y, 0) },
		ReLUGradient: func(x, y float32) float32 {
			if x > 0 {
				return y
			}
			return 0
		},
		Equal:          func(x, y float32) float32 { return truth(x == y) },
		NotEqual:       func(x, y float32) float32 { return truth(x != y) },
		Greater:        func(x, y float32) float32 { return truth(x > y) },
		GreaterOrEqual: func(x, y float32) float32 { return truth(x >= y) },
	} {
		vectors[op] = func(dst, x, y *float32, n int) {
			to, xs := vector(dst, n), vector(x, n)
			for i, v := range vector(y, n) {
				to[i] = f(xs[i], v)
			}
		}
		scalars[op] = func(dst, x *float32, y float32, n int) {
			to := vector(dst, n)
			for i, v := range vector(x, n) {
				to[i] = f(v, y)
			}
		}
	}
	return vectors, scalars
}

// axpyGo computes dst[i] += s·x[i] for i < n.
func axpyGo(dst, x *float32, s float32, n int) {
	to := vector(dst, n)
	for i, v := range vector(x, n) {
		to[i] += s * v
	}
}

// truth is 1 or 0.
func truth(holds bool) float32 {
	if holds {
		return 1
	}
	return 0
}
