package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapeinference"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// unary records an element-wise operation of one operand.
func (f *Function) unary(op compute.OpType, x compute.Value, method func(compute.Function, compute.Value) (compute.Value, error)) (compute.Value, error) {
	return f.record1(recording{op: op, operands: []compute.Value{x},
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) { return one(shapeinference.UnaryOp(op, in[0])) },
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(method(other, in[0]))
		}})
}

// test records an element-wise question about one operand, answered in Bool.
func (f *Function) test(op compute.OpType, x compute.Value, method func(compute.Function, compute.Value) (compute.Value, error)) (compute.Value, error) {
	return f.record1(recording{op: op, operands: []compute.Value{x},
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			if !in[0].DType.IsFloat() {
				return nil, errors.Errorf("the data type must be a float")
			}
			out := in[0].Clone()
			out.DType = dtypes.Bool
			return []shapes.Shape{out}, nil
		},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(method(other, in[0]))
		}})
}

// binary records an element-wise operation of two operands, which broadcast.
func (f *Function) binary(op compute.OpType, x, y compute.Value, method func(compute.Function, compute.Value, compute.Value) (compute.Value, error)) (compute.Value, error) {
	return f.record1(recording{op: op, operands: []compute.Value{x, y},
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			if (in[0].Size() == 0 || in[1].Size() == 0) && !in[0].IsScalar() && !in[1].IsScalar() && !in[0].EqualDimensions(in[1]) {
				return nil, errors.New("an operand without elements broadcasts with a scalar alone")
			}
			if shapeinference.ComparisonOperations.Has(op) {
				return one(shapeinference.ComparisonOp(op, in[0], in[1]))
			}
			return one(shapeinference.BinaryOp(op, in[0], in[1]))
		},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(method(other, in[0], in[1]))
		}})
}

// Clamp bounds x; the bounds are scalars or have the shape of x.
func (f *Function) Clamp(low, x, high compute.Value) (clamped compute.Value, err error) {
	defer within(&err, "Clamp", low, x, high)
	atLeast, err := f.Max(low, x)
	if err != nil {
		return nil, err
	}
	return f.Min(atLeast, high)
}

// ConvertDType converts the elements to a data type.
func (f *Function) ConvertDType(x compute.Value, dtype dtypes.DType) (compute.Value, error) {
	operands, err := f.resolve(compute.OpTypeConvertDType, []compute.Value{x})
	if err != nil {
		return nil, err
	}
	if operands[0].shape.DType == dtype {
		return operands[0], nil
	}
	return f.record1(recording{op: compute.OpTypeConvertDType, operands: []compute.Value{x}, attributes: dtype,
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			out := in[0].Clone()
			out.DType = dtype
			return []shapes.Shape{out}, nil
		},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.ConvertDType(in[0], dtype))
		}})
}

// Where takes elements of onTrue or of onFalse; scalars broadcast.
func (f *Function) Where(condition, onTrue, onFalse compute.Value) (compute.Value, error) {
	return f.record1(recording{op: compute.OpTypeWhere, operands: []compute.Value{condition, onTrue, onFalse},
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) { return one(shapeinference.Where(in[0], in[1], in[2])) },
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.Where(in[0], in[1], in[2]))
		}})
}

// IsFinite asks of each element whether it is neither infinite nor not a number.
func (f *Function) IsFinite(x compute.Value) (compute.Value, error) {
	return f.test(compute.OpTypeIsFinite, x, compute.Function.IsFinite)
}

// IsNaN asks of each element whether it is not a number.
func (f *Function) IsNaN(x compute.Value) (compute.Value, error) {
	return f.test(compute.OpTypeIsNaN, x, compute.Function.IsNaN)
}

// Abs of each element.
func (f *Function) Abs(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeAbs, x, compute.Function.Abs)
}

// BitCount of each element.
func (f *Function) BitCount(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeBitCount, x, compute.Function.BitCount)
}

// BitwiseNot of each element.
func (f *Function) BitwiseNot(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeBitwiseNot, x, compute.Function.BitwiseNot)
}

// Ceil of each element.
func (f *Function) Ceil(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeCeil, x, compute.Function.Ceil)
}

// Clz of each element.
func (f *Function) Clz(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeClz, x, compute.Function.Clz)
}

// Conj of each element.
func (f *Function) Conj(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeConj, x, compute.Function.Conj)
}

// Cos of each element.
func (f *Function) Cos(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeCos, x, compute.Function.Cos)
}

// Erf of each element.
func (f *Function) Erf(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeErf, x, compute.Function.Erf)
}

// Exp of each element.
func (f *Function) Exp(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeExp, x, compute.Function.Exp)
}

// Expm1 of each element.
func (f *Function) Expm1(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeExpm1, x, compute.Function.Expm1)
}

// Floor of each element.
func (f *Function) Floor(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeFloor, x, compute.Function.Floor)
}

// Imag of each element.
func (f *Function) Imag(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeImag, x, compute.Function.Imag)
}

// Log of each element.
func (f *Function) Log(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeLog, x, compute.Function.Log)
}

// Log1p of each element.
func (f *Function) Log1p(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeLog1p, x, compute.Function.Log1p)
}

// LogicalNot of each element.
func (f *Function) LogicalNot(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeLogicalNot, x, compute.Function.LogicalNot)
}

// Logistic of each element.
func (f *Function) Logistic(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeLogistic, x, compute.Function.Logistic)
}

// Neg of each element.
func (f *Function) Neg(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeNeg, x, compute.Function.Neg)
}

// Real of each element.
func (f *Function) Real(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeReal, x, compute.Function.Real)
}

// Round of each element.
func (f *Function) Round(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeRound, x, compute.Function.Round)
}

// Rsqrt of each element.
func (f *Function) Rsqrt(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeRsqrt, x, compute.Function.Rsqrt)
}

// Sign of each element.
func (f *Function) Sign(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeSign, x, compute.Function.Sign)
}

// Sin of each element.
func (f *Function) Sin(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeSin, x, compute.Function.Sin)
}

// Sqrt of each element.
func (f *Function) Sqrt(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeSqrt, x, compute.Function.Sqrt)
}

// Tanh of each element.
func (f *Function) Tanh(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeTanh, x, compute.Function.Tanh)
}

// Add of each pair of elements.
func (f *Function) Add(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeAdd, x, y, compute.Function.Add)
}

// Atan2 of each pair of elements.
func (f *Function) Atan2(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeAtan2, x, y, compute.Function.Atan2)
}

// BitwiseAnd of each pair of elements.
func (f *Function) BitwiseAnd(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeBitwiseAnd, x, y, compute.Function.BitwiseAnd)
}

// BitwiseOr of each pair of elements.
func (f *Function) BitwiseOr(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeBitwiseOr, x, y, compute.Function.BitwiseOr)
}

// BitwiseXor of each pair of elements.
func (f *Function) BitwiseXor(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeBitwiseXor, x, y, compute.Function.BitwiseXor)
}

// Div of each pair of elements.
func (f *Function) Div(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeDiv, x, y, compute.Function.Div)
}

// LogicalAnd of each pair of elements.
func (f *Function) LogicalAnd(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeLogicalAnd, x, y, compute.Function.LogicalAnd)
}

// LogicalOr of each pair of elements.
func (f *Function) LogicalOr(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeLogicalOr, x, y, compute.Function.LogicalOr)
}

// LogicalXor of each pair of elements.
func (f *Function) LogicalXor(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeLogicalXor, x, y, compute.Function.LogicalXor)
}

// Max of each pair of elements.
func (f *Function) Max(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeMax, x, y, compute.Function.Max)
}

// Min of each pair of elements.
func (f *Function) Min(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeMin, x, y, compute.Function.Min)
}

// Mul of each pair of elements.
func (f *Function) Mul(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeMul, x, y, compute.Function.Mul)
}

// Pow of each pair of elements.
func (f *Function) Pow(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypePow, x, y, compute.Function.Pow)
}

// Rem of each pair of elements.
func (f *Function) Rem(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeRem, x, y, compute.Function.Rem)
}

// ShiftLeft of each pair of elements.
func (f *Function) ShiftLeft(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeShiftLeft, x, y, compute.Function.ShiftLeft)
}

// ShiftRightArithmetic of each pair of elements.
func (f *Function) ShiftRightArithmetic(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeShiftRightArithmetic, x, y, compute.Function.ShiftRightArithmetic)
}

// ShiftRightLogical of each pair of elements.
func (f *Function) ShiftRightLogical(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeShiftRightLogical, x, y, compute.Function.ShiftRightLogical)
}

// Sub of each pair of elements.
func (f *Function) Sub(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeSub, x, y, compute.Function.Sub)
}

// Equal of each pair of elements.
func (f *Function) Equal(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeEqual, x, y, compute.Function.Equal)
}

// GreaterOrEqual of each pair of elements.
func (f *Function) GreaterOrEqual(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeGreaterOrEqual, x, y, compute.Function.GreaterOrEqual)
}

// GreaterThan of each pair of elements.
func (f *Function) GreaterThan(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeGreaterThan, x, y, compute.Function.GreaterThan)
}

// LessOrEqual of each pair of elements.
func (f *Function) LessOrEqual(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeLessOrEqual, x, y, compute.Function.LessOrEqual)
}

// LessThan of each pair of elements.
func (f *Function) LessThan(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeLessThan, x, y, compute.Function.LessThan)
}

// NotEqual of each pair of elements.
func (f *Function) NotEqual(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeNotEqual, x, y, compute.Function.NotEqual)
}

// elementwise nodes run as groups, which the scheduler makes.
var elementwise = &kernel{
	accepts: func(n *node) bool { return isElementwise(n) || isBroadcast(n) },
	lower: func(l *lowering, n *node) error {
		l.external[n.result()] = true
		return l.fused(&cluster{size: n.result().shape.Size(), members: []*node{n}})
	},
}

func init() {
	for op := range vectorUnaries {
		register(elementwise, op)
	}
	for op := range vectorBinaries {
		register(elementwise, op)
	}
	register(elementwise, opReLU, opReLUGradient, compute.OpTypeWhere, compute.OpTypeConvertDType, compute.OpTypeBroadcastInDim)
}
