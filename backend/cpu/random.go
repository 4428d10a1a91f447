package cpu

import (
	"encoding/binary"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"

	"espalier/internal/simd"
)

// RNGBitGenerator draws random bits by Philox 4×32-10 (J. Salmon et al., Parallel
// Random Numbers: As Easy as 1, 2, 3, SC 2011) and returns the state after them. The
// state is XLA's: a key of 64 bits, then a counter of 128 bits, low half first. Each
// count gives four words.
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
	l.emit(step{name: "RNGBitGenerator", reads: []operand{from}, writes: to, run: func(fr *frame) error {
		state, bits := slice[uint64](fr, from), to[1].bytes(fr)
		key := [2]uint32{uint32(state[0]), uint32(state[0] >> 32)}
		counter := [2]uint64{state[1], state[2]}
		words := len(bits) / 4
		simd.PhiloxFill(workers.Parallel, elementsAt[uint32](to[1].at(fr), words), counterWords(counter), key)
		if rest := bits[4*words:]; len(rest) > 0 {
			last := simd.Philox(counterWords(advance(counter, uint64(words/4))), key)
			var tail [4]byte
			binary.NativeEndian.PutUint32(tail[:], last[words%4])
			copy(rest, tail[:])
		}
		after := advance(counter, uint64(ceilDiv(len(bits), 16)))
		copy(slice[uint64](fr, to[0]), []uint64{state[0], after[0], after[1]})
		return nil
	}})
	return nil
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
