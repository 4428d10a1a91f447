package cpu

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"

	"espalier/internal/simd"
)

func init() {
	register(&kernel{accepts: acceptsPool, lower: lowerPool}, compute.OpTypeReduceWindow)
	register(&kernel{accepts: acceptsPool, lower: lowerPoolGradient}, compute.OpTypeSelectAndScatterMax)
}

// acceptsPool takes windows over at most two neighbouring axes of float32 tensors,
// whose axes before are a batch and after are channels.
func acceptsPool(n *node) bool {
	a := n.attributes.(windowAttributes)
	if !isFloat32(n) || n.operands[0].shape.Size() == 0 || a.reduction != compute.ReduceOpMax && a.reduction != compute.ReduceOpSum {
		return false
	}
	if len(a.inputDilations) > 0 && slices.Max(a.inputDilations) > 1 {
		return false
	}
	_, ok := newPool(n)
	return ok
}

// windowAxis is what a window does along an axis, defaults filled in.
func (a windowAttributes) axis(axis, in int) simd.Axis {
	out := simd.Axis{In: in, Kernel: 1, Dilation: 1}
	if len(a.sizes) > 0 {
		out.Kernel = a.sizes[axis]
	}
	out.Stride = out.Kernel
	if len(a.strides) > 0 {
		out.Stride = a.strides[axis]
	}
	if len(a.windowDilations) > 0 {
		out.Dilation = a.windowDilations[axis]
	}
	if len(a.paddings) > 0 {
		out.Before, out.After = a.paddings[axis][0], a.paddings[axis][1]
	}
	return out
}

// newPool describes a node as pooling of images.
func newPool(n *node) (simd.Pool, bool) {
	a := n.attributes.(windowAttributes)
	dims := n.operands[0].shape.Dimensions
	identity := func(x simd.Axis) bool { return x.Kernel == 1 && x.Stride == 1 && x.Before == 0 && x.After == 0 }
	first, last := len(dims), -1
	for axis, in := range dims {
		if !identity(a.axis(axis, in)) {
			first, last = min(first, axis), max(last, axis)
		}
	}
	p := simd.Pool{Batch: 1, Channels: 1,
		Height: simd.Axis{In: 1, Kernel: 1, Stride: 1, Dilation: 1}, Width: simd.Axis{In: 1, Kernel: 1, Stride: 1, Dilation: 1}}
	if last-first > 1 {
		return p, false
	}
	for axis, in := range dims {
		switch {
		case axis < first:
			p.Batch *= in
		case axis > last:
			p.Channels *= in
		case axis == last:
			p.Width = a.axis(axis, in)
		default:
			p.Height = a.axis(axis, in)
		}
	}
	return p, true
}

func lowerPool(l *lowering, n *node) error {
	a := n.attributes.(windowAttributes)
	p, _ := newPool(n)
	from, to := l.operand(n.operands[0]), l.result(n.result())
	workers := l.program.backend.workers
	l.emit(step{name: "ReduceWindow", detail: describePool(a.reduction, p), reads: []operand{from}, writes: []operand{to},
		run: func(fr *frame) error {
			if a.reduction == compute.ReduceOpMax {
				return p.Max(workers.Parallel, to.float32s(fr), from.float32s(fr))
			}
			return p.Sum(workers.Parallel, to.float32s(fr), from.float32s(fr), 1)
		}})
	return nil
}

func describePool(reduction compute.ReduceOpType, p simd.Pool) string {
	return fmt.Sprintf("%s of %d×%d×%d×%d window %d×%d stride %d×%d", reduction,
		p.Batch, p.Height.In, p.Width.In, p.Channels, p.Height.Kernel, p.Width.Kernel, p.Height.Stride, p.Width.Stride)
}

// lowerPoolGradient needs the greatest element of each window, which is computed again
// unless it is an operand.
func lowerPoolGradient(l *lowering, n *node) error {
	p, _ := newPool(n)
	reads, to := l.operands(n), l.result(n.result())
	workers := l.program.backend.workers
	s := step{name: "SelectAndScatterMax", detail: describePool(compute.ReduceOpMax, p), reads: reads, writes: []operand{to}}
	x, dy, greatest := reads[0], reads[1], operand{}
	if len(reads) == 3 {
		greatest = reads[2]
	} else {
		greatest = l.room(dy.shape)
		s.scratch = []operand{greatest}
	}
	s.run = func(fr *frame) error {
		if len(reads) < 3 {
			if err := p.Max(workers.Parallel, greatest.float32s(fr), x.float32s(fr)); err != nil {
				return err
			}
		}
		return p.MaxGradient(workers.Parallel, to.float32s(fr), dy.float32s(fr), x.float32s(fr), greatest.float32s(fr))
	}
	l.emit(s)
	return nil
}

// poolKey names the windows of a node, by its operand and attributes.
func (r *reducer) poolKey(n *node) string {
	a := n.attributes.(windowAttributes)
	p, _ := newPool(n)
	return fmt.Sprint(r.names[n.operands[0]], a.reduction, p)
}

// rememberPool keeps the greatest elements of windows for their gradient.
func (r *reducer) rememberPool(n *node) {
	if acceptsPool(n) {
		r.pools[r.poolKey(n)] = n.result()
	}
}

// reusePool gives a pooling's gradient what the pooling computed.
func (r *reducer) reusePool(n *node) *value {
	if len(n.operands) > 2 || !acceptsPool(n) {
		return nil
	}
	greatest, ok := r.pools[r.poolKey(n)]
	if !ok {
		return nil
	}
	return r.newNode(&node{op: n.op, operands: append(slices.Clone(n.operands), greatest), attributes: n.attributes}, n.result().shape)
}
