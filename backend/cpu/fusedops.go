package cpu

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// GoMLX can express each of the operations here as one operation and as several. Those
// with a matrix product are recorded as several, which the compiler fuses. The others run
// on the stock backend; if it refuses one (compute.ErrNotImplemented), GoMLX falls back on
// the several.

// FusedSoftmax is the softmax along one axis.
func (f *Function) FusedSoftmax(x compute.Value, axis int) (compute.Value, error) {
	return f.record1(recording{op: compute.OpTypeFusedSoftmax, operands: []compute.Value{x}, attributes: axis,
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.FusedSoftmax(in[0], axis))
		}})
}

// FusedGelu is the Gaussian error linear unit, exact or by its tanh approximation.
func (f *Function) FusedGelu(x compute.Value, exact bool) (compute.Value, error) {
	return f.record1(recording{op: compute.OpTypeFusedGelu, operands: []compute.Value{x}, attributes: exact,
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.FusedGelu(in[0], exact))
		}})
}

// optional appends the values that are not nil and says which they are.
func optional(required []compute.Value, extra ...compute.Value) (all []compute.Value, at []int) {
	all = slices.Clone(required)
	for _, v := range extra {
		if v == nil {
			at = append(at, -1)
			continue
		}
		at = append(at, len(all))
		all = append(all, v)
	}
	return all, at
}

// pick is the value at a position that optional returned, or nil.
func pick(in []compute.Value, at int) compute.Value {
	if at < 0 {
		return nil
	}
	return in[at]
}

// FusedLayerNorm normalizes over axes; gamma and beta may be nil.
func (f *Function) FusedLayerNorm(x compute.Value, axes []int, epsilon float64, gamma, beta compute.Value) (compute.Value, error) {
	axes = slices.Clone(axes)
	operands, at := optional([]compute.Value{x}, gamma, beta)
	return f.record1(recording{op: compute.OpTypeFusedLayerNorm, operands: operands, attributes: layerNormAttributes{axes, at, epsilon},
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			normalized := 1
			if err := checkAxes(in[0], axes); err != nil || len(axes) == 0 {
				return nil, cmp.Or(err, errors.New("there are no axes to normalize over"))
			}
			for _, axis := range axes {
				normalized *= in[0].Dimensions[axis]
			}
			for _, vector := range in[1:] {
				if vector.DType != in[0].DType || vector.Size() != normalized {
					return nil, errors.Errorf("gamma and beta must have %d elements of type %s", normalized, in[0].DType)
				}
			}
			return in[:1], nil
		},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.FusedLayerNorm(in[0], axes, epsilon, pick(in, at[0]), pick(in, at[1])))
		}})
}

type layerNormAttributes struct {
	axes, at []int
	epsilon  float64
}

// FusedDense is activation(x·weight + bias); bias may be nil.
func (f *Function) FusedDense(x, weight, bias compute.Value, options compute.DenseConfig) (out compute.Value, err error) {
	defer within(&err, "FusedDense", x, weight, bias)
	values, err := f.resolve(compute.OpTypeFusedDense, []compute.Value{x, weight})
	if err != nil {
		return nil, err
	}
	if values[0].shape.Rank() < 1 || values[1].shape.Rank() < 2 || !values[0].shape.DType.IsFloat() {
		return nil, errors.Wrapf(compute.ErrNotImplemented, "cpu: %s", signature(compute.OpTypeFusedDense, values))
	}
	contracting := 0
	if options.WeightLayout == compute.DenseLayoutOutputsInput {
		contracting = values[1].shape.Rank() - 1
	}
	out, err = f.DotGeneral(values[0], []int{values[0].shape.Rank() - 1}, nil,
		values[1], []int{contracting}, nil, compute.DotGeneralConfig{})
	if err != nil {
		return nil, err
	}
	if bias != nil {
		if out, err = f.addBias(out, bias); err != nil {
			return nil, err
		}
	}
	return f.activate(out, options.Activation)
}

// addBias adds a bias, whose axes are the last of x.
func (f *Function) addBias(x, bias compute.Value) (compute.Value, error) {
	values, err := f.resolve(compute.OpTypeFusedDense, []compute.Value{x, bias})
	if err != nil {
		return nil, err
	}
	shape, rank := values[0].shape, values[1].shape.Rank()
	axes := make([]int, rank)
	for i := range axes {
		axes[i] = shape.Rank() - rank + i
	}
	spread, err := f.BroadcastInDim(values[1], shape, axes)
	if err != nil {
		return nil, err
	}
	return f.Add(x, spread)
}

// activate applies an activation.
func (f *Function) activate(x compute.Value, activation compute.ActivationType) (compute.Value, error) {
	v := x.(*value)
	dtype := v.shape.DType
	c := chain{f: f}
	switch activation {
	case compute.ActivationNone:
		return x, nil
	case compute.ActivationRelu:
		return f.Max(x, f.scalar(0, dtype))
	case compute.ActivationTanh:
		return f.Tanh(x)
	case compute.ActivationSilu:
		return c.gated(x, c.do1(f.Logistic(x)))
	case compute.ActivationHardSwish:
		scaled := c.do1(f.Mul(x, f.scalar(1.0/6, dtype)))
		shifted := c.do1(f.Add(scaled, f.scalar(0.5, dtype)))
		return c.gated(x, c.do1(f.Clamp(f.scalar(0, dtype), shifted, f.scalar(1, dtype))))
	case compute.ActivationGelu:
		scaled := c.do1(f.Mul(x, f.scalar(0.7071067811865476, dtype)))
		erf := c.do1(f.Erf(scaled))
		return c.gated(x, c.do1(f.Mul(c.do1(f.Add(erf, f.scalar(1, dtype))), f.scalar(0.5, dtype))))
	}
	return nil, errors.Wrapf(compute.ErrNotImplemented, "cpu: activation %s on %s", activation, v.shape)
}

// gated is x times a gate, or the first error of the chain.
func (c *chain) gated(x, gate compute.Value) (compute.Value, error) {
	product := c.do1(c.f.Mul(x, gate))
	return product, c.err
}

// FusedAttentionQKVProjection is three products with one matrix of weights.
func (f *Function) FusedAttentionQKVProjection(x, weights, biasQ, biasK, biasV compute.Value, queryDim, keyValueDim int) (
	query, key, values compute.Value, err error) {
	defer within(&err, "FusedAttentionQKVProjection", x, weights, biasQ, biasK, biasV)
	operands, err := f.resolve(compute.OpTypeFusedAttentionQKVProjection, []compute.Value{x, weights})
	if err != nil {
		return nil, nil, nil, err
	}
	rank := operands[0].shape.Rank()
	if rank < 1 || queryDim < 0 || keyValueDim < 0 {
		return nil, nil, nil, errors.Errorf("no product of %d and twice %d columns", queryDim, keyValueDim)
	}
	want := shapes.Shape{DType: operands[0].shape.DType, Dimensions: []int{operands[0].shape.Dim(-1), queryDim + 2*keyValueDim}}
	if !operands[1].shape.Equal(want) {
		return nil, nil, nil, errors.Errorf("the weights must be %s", want)
	}
	all, err := f.DotGeneral(operands[0], []int{rank - 1}, nil, operands[1], []int{0}, nil, compute.DotGeneralConfig{})
	if err != nil {
		return nil, nil, nil, err
	}
	c := chain{f: f}
	columns := func(from, count int, bias compute.Value) compute.Value {
		starts, limits := make([]int, rank), slices.Clone(all.(*value).shape.Dimensions)
		starts[rank-1], limits[rank-1] = from, from+count
		part := c.do1(f.Slice(all, starts, limits, nil))
		if bias != nil && c.err == nil {
			part = c.do1(f.addBias(part, bias))
		}
		return part
	}
	query = columns(0, queryDim, biasQ)
	key = columns(queryDim, keyValueDim, biasK)
	values = columns(queryDim+keyValueDim, keyValueDim, biasV)
	return query, key, values, c.err
}

// quantized are a quantization's tensors, which are operands too.
func quantized(q *compute.Quantization) (scale, zeroPoint compute.Value) {
	if q == nil {
		return nil, nil
	}
	return q.Scale, q.ZeroPoint
}

// requantized is the quantization with operands of another backend.
func requantized(q *compute.Quantization, in []compute.Value, scale, zeroPoint int) *compute.Quantization {
	if q == nil {
		return nil
	}
	other := *q
	other.Scale, other.ZeroPoint = pick(in, scale), pick(in, zeroPoint)
	return &other
}

// fmtQuantization describes a quantization but for its tensors.
func fmtQuantization(q *compute.Quantization) string {
	return fmt.Sprintf("%+v", requantized(q, nil, -1, -1))
}

// QuantizedEmbeddingLookup gathers rows and dequantizes them.
func (f *Function) QuantizedEmbeddingLookup(data, indices compute.Value, q *compute.Quantization) (compute.Value, error) {
	scale, zeroPoint := quantized(q)
	operands, at := optional([]compute.Value{data, indices}, scale, zeroPoint)
	return f.record1(recording{op: compute.OpTypeQuantizedEmbeddingLookup, operands: operands, attributes: fmtQuantization(q),
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.QuantizedEmbeddingLookup(in[0], in[1], requantized(q, in, at[0], at[1])))
		}})
}

// FusedQuantizedDense is activation(x·dequantized(weights) + bias); bias may be nil.
func (f *Function) FusedQuantizedDense(x, weights, bias compute.Value, q *compute.Quantization, activation compute.ActivationType) (compute.Value, error) {
	scale, zeroPoint := quantized(q)
	operands, at := optional([]compute.Value{x, weights}, bias, scale, zeroPoint)
	return f.record1(recording{op: compute.OpTypeFusedQuantizedDense, operands: operands,
		attributes: quantizedAttributes{fmtQuantization(q), at, activation},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.FusedQuantizedDense(in[0], in[1], pick(in, at[0]), requantized(q, in, at[1], at[2]), activation))
		}})
}

type quantizedAttributes struct {
	quantization string
	at           []int
	activation   compute.ActivationType
}
