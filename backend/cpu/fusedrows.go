package cpu

import "sync"

// fusedRows is a fused program as an epilogue.
type fusedRows struct {
	program *fusedProgram
	columns int
	runs    sync.Pool
}

func (f *fusedRows) describe() string { return f.program.describe() }

func (f *fusedRows) begin(fr *frame) epilogueRun {
	run, _ := f.runs.Get().(*fusedRowsRun)
	if run == nil {
		run = &fusedRowsRun{fusedRows: f}
		for i := range f.program.reduced {
			if r := &f.program.reduced[i]; !r.lines {
				run.parts.width += r.columns
			}
		}
	}
	run.frame = fr
	return run
}

// fusedRowsRun is one run over all rows.
type fusedRowsRun struct {
	*fusedRows
	frame *frame
	parts partials[float32]
	mu    sync.Mutex
	// idle states have loaded what is the same in all blocks.
	idle []*fusedState
}

func (r *fusedRowsRun) rows(first, last int) {
	p, s := r.program, r.take()
	p.clearSums(s)
	p.runRange(r.frame, s, first*r.columns, last*r.columns)
	if r.parts.width > 0 {
		sums, at := r.parts.take(), 0
		for i := range p.reduced {
			if reduced := &p.reduced[i]; !reduced.lines {
				reduced.row(sums[at:at+reduced.columns], s.sums[i])
				at += reduced.columns
			}
		}
		r.parts.add(first, last, sums)
	}
	r.give(s)
}

// take returns a state that is ready for a range.
func (r *fusedRowsRun) take() *fusedState {
	r.mu.Lock()
	if last := len(r.idle) - 1; last >= 0 {
		s := r.idle[last]
		r.idle = r.idle[:last]
		r.mu.Unlock()
		return s
	}
	r.mu.Unlock()
	s := r.program.state()
	r.program.loadSteady(r.frame, s)
	return s
}

func (r *fusedRowsRun) give(s *fusedState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.idle = append(r.idle, s)
}

// end adds up what the ranges have reduced, in the order of rows and in pairs.
func (r *fusedRowsRun) end() {
	at := 0
	r.parts.order()
	for i := range r.program.reduced {
		reduced := &r.program.reduced[i]
		if reduced.lines {
			continue
		}
		part := func(i int) []float32 { return r.parts.of(r.parts.ranges[i])[at : at+reduced.columns] }
		count := len(r.parts.ranges)
		for step := 1; step < count; step *= 2 {
			for i := 0; i+step < count; i += 2 * step {
				reduced.fold.rows(part(i), part(i), part(i+step))
			}
		}
		copy(reduced.to.float32s(r.frame), part(0))
		at += reduced.columns
	}
	r.parts.reset()
	for _, s := range r.idle {
		r.program.keep(s)
	}
	r.idle, r.frame = r.idle[:0], nil
	r.runs.Put(r)
}
