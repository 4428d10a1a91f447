package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"

	"espalier/internal/simd"
)

// RNGBitGenerator draws random bits by Philox 4×32-10 (J. Salmon et al., Parallel
// Random Numbers: As Easy as 1, 2, 3, SC 2011) and returns the state after them. The
// state is XLA's: a key of 64 bits, then a counter of 128 bits, low half first. Each
// count gives four words, and values are what XLA draws from the same state: numbers of
// 64 bits take two words, low half first, numbers of 16 and 8 bits the low bits of one.
func (f *Function) RNGBitGenerator(state compute.Value, shape shapes.Shape) (newState, values compute.Value, err error) {
	defer within(&err, "RNGBitGenerator", state)
	if err := f.checkShape("RNGBitGenerator", shape); err != nil {
		return nil, nil, err
	}
	shape = shape.Clone()
	n, err := f.record(recording{op: compute.OpTypeRNGBitGenerator, operands: []compute.Value{state}, attributes: shape,
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			if !in[0].Equal(compute.RNGStateShape) {
				return nil, errors.Errorf("the state must be %s", compute.RNGStateShape)
			}
			if shape.DType == dtypes.Bool || shape.DType.IsPacked() {
				return nil, errors.Wrapf(compute.ErrNotImplemented, "random bits are no values of type %s", shape.DType)
			}
			return []shapes.Shape{in[0], shape}, nil
		}})
	if err != nil {
		return nil, nil, err
	}
	return n.results[0], n.results[1], nil
}

func init() {
	register(&kernel{lower: lowerRandom}, compute.OpTypeRNGBitGenerator)
}

func lowerRandom(l *lowering, n *node) error {
	from, to := l.operand(n.operands[0]), l.results(n)
	workers := l.program.backend.workers
	count, width := to[1].shape.Size(), to[1].shape.DType.Size()
	words, scratch := to[1], []operand(nil)
	if width < 4 {
		words = l.room(shapes.Make(dtypes.Uint32, count))
		scratch = []operand{words}
	}
	l.emit(step{name: "RNGBitGenerator", reads: []operand{from}, writes: to, scratch: scratch, run: func(fr *frame) error {
		state := slice[uint64](fr, from)
		key := [2]uint32{uint32(state[0]), uint32(state[0] >> 32)}
		counter := [2]uint64{state[1], state[2]}
		drawn := elementsAt[uint32](words.at(fr), byteSize(words.shape)/4)
		simd.PhiloxFill(workers.Parallel, drawn, counterWords(counter), key)
		switch width {
		case 1:
			narrow(slice[uint8](fr, to[1]), drawn)
		case 2:
			narrow(slice[uint16](fr, to[1]), drawn)
		}
		after := advance(counter, uint64(ceilDiv(len(drawn), 4)))
		copy(slice[uint64](fr, to[0]), []uint64{state[0], after[0], after[1]})
		return nil
	}})
	return nil
}

// narrow keeps the low bits of words.
func narrow[T uint8 | uint16](to []T, words []uint32) {
	for i, word := range words {
		to[i] = T(word)
	}
}

// advance adds to a counter of 128 bits.
func advance(counter [2]uint64, by uint64) [2]uint64 {
	counter[0] += by
	if counter[0] < by {
		counter[1]++
	}
	return counter
}

func counterWords(counter [2]uint64) [4]uint32 {
	return [4]uint32{uint32(counter[0]), uint32(counter[0] >> 32), uint32(counter[1]), uint32(counter[1] >> 32)}
}
