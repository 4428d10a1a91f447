package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
)

// RNGBitGenerator draws random bits and returns the state after them.
func (f *Function) RNGBitGenerator(state compute.Value, shape shapes.Shape) (newState, values compute.Value, err error) {
	if err := f.checkShape("RNGBitGenerator", shape); err != nil {
		return nil, nil, err
	}
	shape = shape.Clone()
	n, err := f.record(recording{op: compute.OpTypeRNGBitGenerator, operands: []compute.Value{state}, attributes: shape,
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			newState, values, err := other.RNGBitGenerator(in[0], shape)
			return []compute.Value{newState, values}, err
		}})
	if err != nil {
		return nil, nil, err
	}
	return n.results[0], n.results[1], nil
}
