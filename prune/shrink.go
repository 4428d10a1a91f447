package prune

import (
	"slices"

	"espalier/nn"
)

// Shrink is the mask of a network that was shrunk from the network of this mask: a
// weight that both have lives if it lives here, and one that only fills up a group is
// pruned. Parameters that are not masked live.
func (m *Mask) Shrink(s *nn.Shrunk) *Mask {
	prunable := s.Network.Prunable()
	tensors := make([]tensor, len(prunable))
	for i, p := range prunable {
		t := tensor{name: p.Name, shape: slices.Clone(p.Shape), size: p.Size(), bits: make([]uint64, words(p.Size()))}
		whole, masked := m.tensor(p.Name)
		for j, origin := range s.Origins(p.Name) {
			if origin != nn.NoChannel && (!masked || whole.lives(origin)) {
				t.bits[j/wordBits] |= 1 << (j % wordBits)
			}
		}
		t.live = popCount(t.bits)
		tensors[i] = t
	}
	return newMask(tensors)
}
