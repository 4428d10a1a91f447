package cpu

import (
	"slices"

	"github.com/gomlx/compute"

	"espalier/internal/simd"
)

// contract joins two instructions to one if no other instruction reads the first one's
// result: a product and a sum, which are then rounded once, and a sum and its ReLU. Each
// saves a pass over the block.
func (u *fuser) contract() {
	code := u.program.code
	reads := u.countReads()
	gone := make([]bool, len(code))
	// alone returns the instruction that computes a register, if the register has one
	// reader and the instruction is the named one on vectors.
	alone := func(register int, name compute.OpType) *instruction {
		i := u.born[register]
		if i < 0 || reads[register] != 1 || code[i].name != name || code[i].scalar != nil {
			return nil
		}
		gone[i] = true
		return &code[i]
	}
	for i := range code {
		c := &code[i]
		switch {
		case c.name == compute.OpTypeAdd && c.scalar == nil:
			for k, other := range []int{c.in[1], c.in[0]} {
				if product := alone(c.in[k], compute.OpTypeMul); product != nil {
					*c = instruction{name: c.name, before: []compute.OpType{product.name}, ternary: simd.MulAdd,
						to: c.to, in: [3]int{product.in[0], product.in[1], other}}
					break
				}
			}
		case c.name == opReLU:
			sum := alone(c.in[0], compute.OpTypeAdd)
			if sum == nil {
				continue
			}
			joined := instruction{name: c.name, before: append(sum.before, sum.name), to: c.to, in: sum.in}
			if sum.ternary != nil {
				joined.ternary = simd.MulAddReLU
			} else {
				joined.binary = simd.AddReLU.Apply
			}
			*c = joined
		}
	}
	if slices.Contains(gone, true) {
		u.remove(gone)
	}
}

// countReads counts the reads of each register.
func (u *fuser) countReads() []int {
	reads := make([]int, len(u.born))
	for i := range u.program.code {
		for _, r := range u.program.code[i].operands() {
			reads[r]++
		}
	}
	for _, s := range u.program.stores {
		reads[s.register]++
	}
	for _, r := range u.program.reduced {
		reads[r.register]++
	}
	return reads
}

// remove drops the instructions that are gone, and determines again when
// registers are written and read last.
func (u *fuser) remove(gone []bool) {
	p := u.program
	kept := p.code[:0]
	for i, c := range p.code {
		if !gone[i] {
			kept = append(kept, c)
		}
	}
	p.code = kept
	for r := range u.dies {
		u.dies[r] = -1
	}
	for i := range p.code {
		c := &p.code[i]
		u.born[c.to], u.dies[c.to] = i, i
		for _, r := range c.operands() {
			u.dies[r] = i
		}
	}
}
