package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// batchNorm builds batch normalization (Ioffe and Szegedy, arXiv:1502.03167) from
// simpler operations, which the compiler fuses. Half-precision data is computed in
// float32.
type batchNorm struct {
	chain
	shape   shapes.Shape
	feature int
	// axes are all but the feature axis; count is how many elements they have.
	axes  []int
	count float64
	dtype dtypes.DType
}

// newBatchNorm checks the operand and the per-feature vectors.
func (f *Function) newBatchNorm(op compute.OpType, operand compute.Value, feature int, vectors ...compute.Value) (*batchNorm, error) {
	values, err := f.resolve(op, append([]compute.Value{operand}, vectors...))
	if err != nil {
		return nil, err
	}
	shape := values[0].shape
	if !shape.DType.IsFloat() {
		return nil, errors.Wrapf(compute.ErrNotImplemented, "cpu: %s: the data type must be a float", signature(op, values))
	}
	if feature < 0 || feature >= shape.Rank() {
		return nil, errors.Errorf("cpu: %s: there is no feature axis %d", signature(op, values), feature)
	}
	for _, vector := range values[1:] {
		if vector.shape.Rank() != 1 || vector.shape.Dimensions[0] != shape.Dimensions[feature] || vector.shape.DType != shape.DType {
			return nil, errors.Errorf("cpu: %s: each of the operands after the first must be (%s)[%d]",
				signature(op, values), shape.DType, shape.Dimensions[feature])
		}
	}
	b := &batchNorm{chain: chain{f: f}, shape: shape, feature: feature, dtype: shape.DType, count: 1}
	for axis, dimension := range shape.Dimensions {
		if axis != feature {
			b.axes = append(b.axes, axis)
			b.count *= float64(dimension)
		}
	}
	if shape.DType.IsHalfPrecision() {
		b.dtype = dtypes.Float32
	}
	return b, nil
}

// in converts to the data type that is computed in, out converts back.
func (b *batchNorm) in(v compute.Value) compute.Value { return b.do1(b.f.ConvertDType(v, b.dtype)) }
func (b *batchNorm) out(v compute.Value) compute.Value {
	return b.do1(b.f.ConvertDType(v, b.shape.DType))
}

func (b *batchNorm) add(x, y compute.Value) compute.Value { return b.do1(b.f.Add(x, y)) }
func (b *batchNorm) sub(x, y compute.Value) compute.Value { return b.do1(b.f.Sub(x, y)) }
func (b *batchNorm) mul(x, y compute.Value) compute.Value { return b.do1(b.f.Mul(x, y)) }

// spread repeats a vector over all axes but the feature axis.
func (b *batchNorm) spread(vector compute.Value) compute.Value {
	return b.do1(b.f.BroadcastInDim(vector, shapes.Make(b.dtype, b.shape.Dimensions...), []int{b.feature}))
}

// sum adds up over all axes but the feature axis.
func (b *batchNorm) sum(x compute.Value) compute.Value {
	if len(b.axes) == 0 {
		return x
	}
	return b.do1(b.f.ReduceSum(x, b.axes...))
}

// mean is the sum over the count.
func (b *batchNorm) mean(x compute.Value) compute.Value {
	return b.mul(b.sum(x), b.f.scalar(1/b.count, b.dtype))
}

// inverseDeviation is 1/√(variance+ε).
func (b *batchNorm) inverseDeviation(variance compute.Value, epsilon float32) compute.Value {
	return b.do1(b.f.Rsqrt(b.add(variance, b.f.scalar(float64(epsilon), b.dtype))))
}

// BatchNormForInference is scale·(x-mean)/√(variance+ε)+offset.
func (f *Function) BatchNormForInference(operand, scale, offset, mean, variance compute.Value, epsilon float32, feature int) (normalized compute.Value, err error) {
	defer within(&err, "BatchNormForInference", operand, scale, offset, mean, variance)
	b, err := f.newBatchNorm(compute.OpTypeBatchNormForInference, operand, feature, scale, offset, mean, variance)
	if err != nil {
		return nil, err
	}
	factor := b.mul(b.in(scale), b.inverseDeviation(b.in(variance), epsilon))
	centered := b.sub(b.in(operand), b.spread(b.in(mean)))
	out := b.out(b.add(b.mul(centered, b.spread(factor)), b.spread(b.in(offset))))
	return out, b.err
}

// BatchNormForTraining normalizes by the batch's own mean and (biased) variance,
// which it returns too.
func (f *Function) BatchNormForTraining(operand, scale, offset compute.Value, epsilon float32, feature int) (
	normalized, batchMean, batchVariance compute.Value, err error) {
	defer within(&err, "BatchNormForTraining", operand, scale, offset)
	b, err := f.newBatchNorm(compute.OpTypeBatchNormForTraining, operand, feature, scale, offset)
	if err != nil {
		return nil, nil, nil, err
	}
	x := b.in(operand)
	mean := b.mean(x)
	centered := b.sub(x, b.spread(mean))
	variance := b.mean(b.mul(centered, centered))
	factor := b.mul(b.in(scale), b.inverseDeviation(variance, epsilon))
	out := b.add(b.mul(centered, b.spread(factor)), b.spread(b.in(offset)))
	normalized, batchMean, batchVariance = b.out(out), b.out(mean), b.out(variance)
	return normalized, batchMean, batchVariance, b.err
}

// BatchNormGradient is, with x̂ = (x-mean)/√(variance+ε), m elements a feature and
// the gradient g of the output: Σg for the offset, Σg·x̂ for the scale, and
// scale/√(variance+ε)·(g - Σg/m - x̂·Σ(g·x̂)/m) for the operand.
func (f *Function) BatchNormGradient(operand, scale, mean, variance, gradOutput compute.Value, epsilon float32, feature int) (
	gradOperand, gradScale, gradOffset compute.Value, err error) {
	defer within(&err, "BatchNormGradient", operand, scale, mean, variance, gradOutput)
	b, err := f.newBatchNorm(compute.OpTypeBatchNormGradient, operand, feature, scale, mean, variance)
	if err != nil {
		return nil, nil, nil, err
	}
	given, err := f.resolve(compute.OpTypeBatchNormGradient, []compute.Value{gradOutput})
	if err != nil {
		return nil, nil, nil, err
	}
	if !given[0].shape.Equal(b.shape) {
		return nil, nil, nil, errors.New("the gradient must have the shape of the operand")
	}
	g := b.in(gradOutput)
	inverse := b.inverseDeviation(b.in(variance), epsilon)
	normalized := b.mul(b.sub(b.in(operand), b.spread(b.in(mean))), b.spread(inverse))
	sumG := b.sum(g)
	sumGX := b.sum(b.mul(g, normalized))
	share := f.scalar(1/b.count, b.dtype)
	inner := b.sub(b.sub(g, b.spread(b.mul(sumG, share))), b.mul(normalized, b.spread(b.mul(sumGX, share))))
	outer := b.mul(b.in(scale), inverse)
	gradOperand, gradScale, gradOffset = b.out(b.mul(inner, b.spread(outer))), b.out(sumGX), b.out(sumG)
	return gradOperand, gradScale, gradOffset, b.err
}
