package prune

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// And is the mask of the weights that live in both masks. It is an error if their
// shapes differ, as it is for Or.
func (m *Mask) And(other *Mask) (*Mask, error) {
	return m.combine("and", other, func(a, b uint64) uint64 { return a & b })
}

// Or is the mask of the weights that live in either.
func (m *Mask) Or(other *Mask) (*Mask, error) {
	return m.combine("or", other, func(a, b uint64) uint64 { return a | b })
}

func (m *Mask) combine(operation string, other *Mask, word func(a, b uint64) uint64) (*Mask, error) {
	if err := m.sameShape(other, "other mask"); err != nil {
		return nil, fmt.Errorf("mask %s mask: %w", operation, err)
	}
	tensors := slices.Clone(m.tensors)
	for i, t := range tensors {
		set := make([]uint64, len(t.bits))
		for j := range set {
			set[j] = word(t.bits[j], other.tensors[i].bits[j])
		}
		tensors[i].bits, tensors[i].live = set, popCount(set)
	}
	return newMask(tensors), nil
}

// Not is the mask of the weights that are pruned here.
func (m *Mask) Not() *Mask {
	tensors := slices.Clone(m.tensors)
	for i, t := range tensors {
		set := make([]uint64, len(t.bits))
		for j, word := range t.bits {
			set[j] = ^word
		}
		clearPadding(set, t.size)
		tensors[i].bits, tensors[i].live = set, t.size-t.live
	}
	return newMask(tensors)
}

// Equal reports whether both masks have the same parameters with the same bits.
func (m *Mask) Equal(other *Mask) bool {
	return m.sameShape(other, "other mask") == nil &&
		slices.EqualFunc(m.tensors, other.tensors, func(a, b tensor) bool { return slices.Equal(a.bits, b.bits) })
}

// Subset reports whether every weight that lives here lives in the other mask too. It
// is false if their shapes differ.
func (m *Mask) Subset(of *Mask) bool {
	if m.sameShape(of, "other mask") != nil {
		return false
	}
	for i, t := range m.tensors {
		for j, word := range t.bits {
			if word&^of.tensors[i].bits[j] != 0 {
				return false
			}
		}
	}
	return true
}

// Distance is the fraction of weights that live in only one of the two masks: their
// normalised Hamming distance. It is an error if their shapes differ.
func (m *Mask) Distance(other *Mask) (float64, error) {
	differ, err := m.combine("distance to", other, func(a, b uint64) uint64 { return a ^ b })
	if err != nil {
		return 0, err
	}
	if differ.Size() == 0 {
		return 0, nil
	}
	return differ.Density(), nil
}

// Shuffle permutes the mask within each parameter: every parameter keeps its
// number of live weights, but which ones they are is drawn anew. The stream for a
// parameter comes from random, and the permutation is Fisher and Yates'.
func (m *Mask) Shuffle(random func(parameter string) *rand.Rand) *Mask {
	tensors := slices.Clone(m.tensors)
	for i, t := range tensors {
		order := make([]bool, t.size)
		for live := range t.all() {
			order[live] = true
		}
		random(t.name).Shuffle(t.size, func(a, b int) { order[a], order[b] = order[b], order[a] })
		tensors[i].bits = make([]uint64, len(t.bits))
		for j, live := range order {
			if live {
				tensors[i].bits[j/wordBits] |= 1 << (j % wordBits)
			}
		}
	}
	return newMask(tensors)
}

// Editor makes a mask that differs from another one.
type Editor struct {
	tensors []tensor
	index   map[string]int
	// owned says whose bits are the editor's own copy.
	owned []bool
}

// Edit starts a mask that is equal to this one until it is edited.
func (m *Mask) Edit() *Editor {
	return &Editor{tensors: slices.Clone(m.tensors), index: m.index, owned: make([]bool, len(m.tensors))}
}

// Set makes the weight at a flat index of a parameter live or pruned, and reports
// whether the mask has such a weight.
func (e *Editor) Set(name string, index int, live bool) bool {
	i, ok := e.index[name]
	if !ok || index < 0 || index >= e.tensors[i].size {
		return false
	}
	if !e.owned[i] {
		e.tensors[i].bits, e.owned[i] = slices.Clone(e.tensors[i].bits), true
	}
	word, bit := &e.tensors[i].bits[index/wordBits], uint64(1)<<(index%wordBits)
	if live {
		*word |= bit
	} else {
		*word &^= bit
	}
	return true
}

// Mask returns what was made. The editor can go on; the mask does not follow.
func (e *Editor) Mask() *Mask {
	for i, owned := range e.owned {
		if owned {
			e.tensors[i].live = popCount(e.tensors[i].bits)
		}
	}
	clear(e.owned)
	return newMask(slices.Clone(e.tensors))
}

// Join is the mask with the parameters of all the masks, which must not have any in
// common.
func Join(masks ...*Mask) *Mask {
	var tensors []tensor
	for _, m := range masks {
		tensors = append(tensors, m.tensors...)
	}
	return newMask(tensors)
}
