package cpu

import "unsafe"

// sorter orders tensors along an axis.
type sorter struct {
	less            part
	reads, writes   []operand
	outer, n, inner int
	order           operand
	spare, holds    operand
	widths          []int
}

// lowerSort sorts positions by the comparator and then moves the elements.
func lowerSort(l *lowering, n *node) error {
	own, parts, err := l.parts(n)
	if err != nil {
		return err
	}
	a := n.attributes.(controlAttributes)
	shape := own[0].shape
	s := &sorter{less: parts[0], reads: own, writes: l.results(n), outer: 1, n: shape.Dimensions[a.axis], inner: 1}
	for axis, dimension := range shape.Dimensions {
		switch {
		case axis < a.axis:
			s.outer *= dimension
		case axis > a.axis:
			s.inner *= dimension
		}
	}
	for _, o := range own {
		s.widths = append(s.widths, o.shape.DType.Size())
	}
	s.order, s.spare = l.positions(s.n), l.positions(s.n)
	s.holds = l.room(truth[0])
	l.emit(step{name: "Sort", reads: l.operands(n), writes: s.writes, scratch: []operand{s.order, s.spare, s.holds}, run: s.run})
	return nil
}

func (s *sorter) run(fr *frame) error {
	program := s.less.program
	comparing, err := program.acquire()
	if err != nil {
		return err
	}
	defer program.release(comparing)
	inputs := addresses(make([]unsafe.Pointer, 2*len(s.reads)), fr, s.less.captured)
	results := []unsafe.Pointer{s.holds.at(fr)}
	holds := slice[bool](fr, s.holds)
	order, spare := slice[int64](fr, s.order), slice[int64](fr, s.spare)
	for line := range s.outer * s.inner {
		base := line/s.inner*s.n*s.inner + line%s.inner
		for i := range order {
			order[i] = int64(i)
		}
		err := mergeSort(order, spare, func(x, y int64) (bool, error) {
			for i, read := range s.reads {
				inputs[2*i] = unsafe.Add(read.at(fr), (base+int(x)*s.inner)*s.widths[i])
				inputs[2*i+1] = unsafe.Add(read.at(fr), (base+int(y)*s.inner)*s.widths[i])
			}
			err := program.callOn(comparing, inputs, results)
			return holds[0], err
		})
		if err != nil {
			return err
		}
		for i := range s.reads {
			s.move(fr, i, base, order)
		}
	}
	return nil
}

// move writes one line of one tensor in its new order.
func (s *sorter) move(fr *frame, tensor, base int, order []int64) {
	width := s.widths[tensor]
	from, to := s.reads[tensor].bytes(fr), s.writes[tensor].bytes(fr)
	for i, position := range order {
		at, source := (base+i*s.inner)*width, (base+int(position)*s.inner)*width
		copy(to[at:at+width], from[source:source+width])
	}
}

// mergeSort orders a list; equal elements keep their order. spare is as long.
func mergeSort(list, spare []int64, less func(x, y int64) (bool, error)) error {
	if len(list) < 2 {
		return nil
	}
	half := len(list) / 2
	if err := mergeSort(list[:half], spare[:half], less); err != nil {
		return err
	}
	if err := mergeSort(list[half:], spare[half:], less); err != nil {
		return err
	}
	left := spare[:copy(spare, list[:half])]
	right := list[half:]
	for i := range list {
		if len(right) == 0 {
			copy(list[i:], left)
			return nil
		}
		if len(left) == 0 {
			return nil
		}
		rightFirst, err := less(right[0], left[0])
		if err != nil {
			return err
		}
		if rightFirst {
			list[i], right = right[0], right[1:]
		} else {
			list[i], left = left[0], left[1:]
		}
	}
	return nil
}
