package cpu

import "github.com/gomlx/compute/shapes"

// span is one axis of a walk through memory: length steps of stride elements.
type span struct {
	length, stride int
}

// pattern is how a tensor is read when it is broadcast, in the order in which the
// result lies in memory: the outermost axis first. Axes that can be walked as one
// are one.
type pattern []span

// strides of a tensor in memory, in elements.
func strides(dimensions []int) []int {
	out := make([]int, len(dimensions))
	stride := 1
	for axis := len(dimensions) - 1; axis >= 0; axis-- {
		out[axis] = stride
		stride *= dimensions[axis]
	}
	return out
}

// implicitBroadcast is the pattern of an operand of an element-wise operation.
func implicitBroadcast(operand, result shapes.Shape) pattern {
	axes := make([]int, operand.Rank())
	for i := range axes {
		axes[i] = i
	}
	return explicitBroadcast(operand, result, axes)
}

// explicitBroadcast is the pattern of an operand whose axis i is axis axes[i] of the
// result.
func explicitBroadcast(operand, result shapes.Shape, axes []int) pattern {
	steps := make([]int, result.Rank())
	for i, stride := range strides(operand.Dimensions) {
		if operand.Dimensions[i] != 1 {
			steps[axes[i]] = stride
		}
	}
	walk := make([]span, result.Rank())
	for axis, length := range result.Dimensions {
		walk[axis] = span{length, steps[axis]}
	}
	return merge(walk)
}

// merge joins axes that are walked as one and drops those of length 1.
func merge(walk []span) pattern {
	var out pattern
	for _, s := range walk {
		if s.length == 1 {
			continue
		}
		if last := len(out) - 1; last >= 0 && out[last].stride == s.stride*s.length {
			out[last] = span{out[last].length * s.length, s.stride}
			continue
		}
		out = append(out, s)
	}
	return out
}

// contiguous says that the operand is read element by element.
func (p pattern) contiguous() bool {
	return len(p) == 0 || len(p) == 1 && p[0].stride == 1
}

// scalar says that one element is read again and again.
func (p pattern) scalar() bool {
	return len(p) == 1 && p[0].stride == 0
}

// period is the length of the run that the operand is read in again and again, or 0.
func (p pattern) period() int {
	if len(p) == 2 && p[0].stride == 0 && p[1].stride == 1 {
		return p[1].length
	}
	return 0
}

// times is how often each element in turn is read before the next, or 0.
func (p pattern) times() int {
	if len(p) == 2 && p[0].stride == 1 && p[1].stride == 0 {
		return p[1].length
	}
	return 0
}

// load reads the elements of the walk from start on into to, converting a run of
// each with copyRun (at stride 1) or fillRun (at stride 0).
func (p pattern) load(start, count int, copyRun func(at, from, count int), fillRun func(at, from, count int)) {
	inner := p[len(p)-1]
	for at := 0; at < count; {
		index, offset := start+at, 0
		position := index % inner.length
		rest := index / inner.length
		for axis := len(p) - 2; axis >= 0; axis-- {
			offset += rest % p[axis].length * p[axis].stride
			rest /= p[axis].length
		}
		run := min(inner.length-position, count-at)
		switch inner.stride {
		case 0:
			fillRun(at, offset, run)
		case 1:
			copyRun(at, offset+position, run)
		default:
			for i := range run {
				fillRun(at+i, offset+(position+i)*inner.stride, 1)
			}
		}
		at += run
	}
}
