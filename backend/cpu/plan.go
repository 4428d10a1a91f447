package cpu

import (
	"cmp"
	"slices"
)

// life has the first and the last step at which a slot's memory is in use.
type life struct {
	first, last int
}

// plan gives every slot of the arena its place, so that values which never live
// together share memory, and finds which outputs can be written over which inputs.
func (p *program) plan() {
	lives := p.lives()
	p.findDonors(lives)
	root := p.mergeInPlace(lives)
	p.place(lives, root)
}

// lives of all slots, by slot. A slot that no step touches has first > last.
func (p *program) lives() []life {
	lives := make([]life, len(p.slots))
	for i := range lives {
		lives[i] = life{first: len(p.steps), last: -1}
	}
	for i, s := range p.steps {
		for _, list := range [][]operand{s.reads, s.writes, s.scratch} {
			for _, o := range list {
				lives[o.slot].first = min(lives[o.slot].first, i)
				lives[o.slot].last = max(lives[o.slot].last, i)
			}
		}
	}
	return lives
}

// mayOverlay says whether a step may write its result over a slot that it reads:
// all its reads of the slot are listed as fit for that, and of the whole of it.
func (s *step) mayOverlay(write, slot, size int) bool {
	if s.writes[write].offset != 0 || byteSize(s.writes[write].shape) != size {
		return false
	}
	reads := false
	for i, read := range s.reads {
		if read.slot != slot {
			continue
		}
		if read.offset != 0 || !slices.Contains(s.inPlace, overlay{i, write}) {
			return false
		}
		reads = true
	}
	return reads
}

// writeTo is the index of a step's result in a slot, or -1.
func (s *step) writeTo(slot int) int {
	return slices.IndexFunc(s.writes, func(o operand) bool { return o.slot == slot })
}

// findDonors pairs outputs with inputs of the same size that nobody reads after
// the output is written.
func (p *program) findDonors(lives []life) {
	taken := map[int]bool{}
	for _, out := range p.outputs {
		if out.input >= 0 {
			taken[out.input] = true
		}
	}
	pair := func(fits func(out *output, input, slot int) bool) {
		for i := range p.outputs {
			out := &p.outputs[i]
			for input, slot := range p.inputs {
				if out.input >= 0 || out.donor >= 0 {
					break
				}
				if !taken[input] && p.slots[slot].size == p.slots[out.slot].size && fits(out, input, slot) {
					out.donor = input
					taken[input] = true
				}
			}
		}
	}
	pair(func(out *output, input, slot int) bool {
		written := lives[out.slot].first
		if written == len(p.steps) || lives[slot].last != written {
			return false
		}
		s := &p.steps[written]
		write := s.writeTo(out.slot)
		return write >= 0 && s.mayOverlay(write, slot, p.slots[slot].size)
	})
	pair(func(out *output, input, slot int) bool { return lives[slot].last < lives[out.slot].first })
}

// mergeInPlace lets results lie over operands that are not read again. It returns
// for each slot the one whose place it takes.
func (p *program) mergeInPlace(lives []life) []int {
	root := make([]int, len(p.slots))
	for i := range root {
		root[i] = i
	}
	for i := range p.steps {
		taken := map[int]bool{}
		for _, o := range p.steps[i].inPlace {
			from, to := p.steps[i].reads[o.read].slot, p.steps[i].writes[o.write].slot
			if taken[from] || root[to] != to || !p.overlays(i, o, lives) {
				continue
			}
			taken[from] = true
			root[to] = root[from]
			lives[root[to]].last = max(lives[root[to]].last, lives[to].last)
		}
	}
	return root
}

// overlays says whether a result that is born in a step can lie over an operand
// that dies in it.
func (p *program) overlays(index int, o overlay, lives []life) bool {
	s := &p.steps[index]
	from, to := s.reads[o.read].slot, s.writes[o.write].slot
	return p.slots[from].kind == arenaSlot && p.slots[to].kind == arenaSlot &&
		lives[from].last == index && lives[to].first == index && lives[to].last >= index &&
		p.slots[from].size == p.slots[to].size && s.mayOverlay(o.write, from, p.slots[from].size)
}

// place puts the largest slots first, each at the lowest offset that is free for
// the whole of its life.
func (p *program) place(lives []life, root []int) {
	var order []int
	for i, s := range p.slots {
		if s.kind == arenaSlot && root[i] == i && lives[i].first <= lives[i].last && s.size > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(p.slots[b].size, p.slots[a].size), cmp.Compare(lives[a].first, lives[b].first))
	})
	// placed are the slots with a place, by offset.
	placed := make([]int, 0, len(order))
	for _, index := range order {
		offset := 0
		for _, other := range placed {
			if lives[other].last < lives[index].first || lives[other].first > lives[index].last {
				continue
			}
			if p.slots[other].offset-offset >= align(p.slots[index].size) {
				break
			}
			offset = max(offset, p.slots[other].offset+align(p.slots[other].size))
		}
		p.slots[index].offset = offset
		p.arena = max(p.arena, offset+align(p.slots[index].size))
		at, _ := slices.BinarySearchFunc(placed, offset, func(other, target int) int {
			return cmp.Compare(p.slots[other].offset, target)
		})
		placed = slices.Insert(placed, at, index)
	}
	for i := range p.slots {
		if root[i] != i {
			p.slots[i].offset = p.slots[root[i]].offset
		}
	}
}
