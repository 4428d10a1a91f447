package prune

import (
	"fmt"
	"iter"
	"math/bits"
	"slices"

	"espalier/nn"
)

// Mask says which weights of a network live: one bit for each value of each prunable
// parameter, in the order of the network. A Mask is immutable, so it can be shared
// freely. The zero Mask masks nothing.
type Mask struct {
	tensors []tensor
	index   map[string]int
}

// tensor is the part of a mask that belongs to one parameter.
type tensor struct {
	name  string
	shape []int
	size  int
	// bits holds value i in bit i%64 of word i/64; the rest of the last word is 0.
	bits []uint64
	live int
}

const wordBits = 64

func words(size int) int { return (size + wordBits - 1) / wordBits }

// Ones is the mask of the dense network: every weight that can be pruned lives.
func Ones(n *nn.Network) *Mask { return OnesOf(n.Prunable()) }

// OnesOf is the mask in which every value of some parameters lives. It serves for
// pruning other things than the weights of an nn.Network, such as the edges of a graph,
// as a parameter with one axis. No two may have the same name.
func OnesOf(parameters []nn.Parameter) *Mask {
	tensors := make([]tensor, len(parameters))
	for i, p := range parameters {
		tensors[i] = tensor{name: p.Name, shape: slices.Clone(p.Shape), size: p.Size(), bits: ones(p.Size()), live: p.Size()}
	}
	return newMask(tensors)
}

func newMask(tensors []tensor) *Mask {
	m := &Mask{tensors: tensors, index: make(map[string]int, len(tensors))}
	for i, t := range tensors {
		m.index[t.name] = i
	}
	return m
}

func ones(size int) []uint64 {
	set := make([]uint64, words(size))
	for i := range set {
		set[i] = ^uint64(0)
	}
	clearPadding(set, size)
	return set
}

func clearPadding(set []uint64, size int) {
	if used := size % wordBits; used != 0 {
		set[len(set)-1] &= 1<<used - 1
	}
}

func popCount(set []uint64) int {
	count := 0
	for _, word := range set {
		count += bits.OnesCount64(word)
	}
	return count
}

func (m *Mask) tensor(name string) (tensor, bool) {
	i, ok := m.index[name]
	if !ok {
		return tensor{}, false
	}
	return m.tensors[i], true
}

// Names lists the masked parameters in the order of the network.
func (m *Mask) Names() []string {
	names := make([]string, len(m.tensors))
	for i, t := range m.tensors {
		names[i] = t.name
	}
	return names
}

// Shape is the shape of a masked parameter, nil where it is not masked.
func (m *Mask) Shape(name string) []int {
	t, _ := m.tensor(name)
	return slices.Clone(t.shape)
}

// Lives reports whether the weight at a flat index of a parameter lives. Weights of
// parameters that are not masked always do.
func (m *Mask) Lives(name string, index int) bool {
	t, ok := m.tensor(name)
	return !ok || t.lives(index)
}

func (t tensor) lives(index int) bool {
	return t.bits[index/wordBits]>>(index%wordBits)&1 == 1
}

// Live yields the flat indices of a parameter's live weights in rising order.
func (m *Mask) Live(name string) iter.Seq[int] {
	t, _ := m.tensor(name)
	return t.all()
}

func (t tensor) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, word := range t.bits {
			for ; word != 0; word &= word - 1 {
				if !yield(i*wordBits + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}

// Float32 is a parameter's mask as numbers, 1 where a weight lives and 0 where it
// is pruned, or nil where the parameter is not masked. The caller owns the slice.
func (m *Mask) Float32(name string) []float32 {
	t, ok := m.tensor(name)
	if !ok {
		return nil
	}
	values := make([]float32, t.size)
	for i := range t.all() {
		values[i] = 1
	}
	return values
}

// Count is the number of live weights.
func (m *Mask) Count() int {
	count := 0
	for _, t := range m.tensors {
		count += t.live
	}
	return count
}

// Size is the number of weights, live or pruned.
func (m *Mask) Size() int {
	size := 0
	for _, t := range m.tensors {
		size += t.size
	}
	return size
}

// Density is the fraction of weights that live; 1 where nothing is masked.
func (m *Mask) Density() float64 { return density(m.Count(), m.Size()) }

// CountOf is the number of live weights of one parameter, 0 where it is not masked.
func (m *Mask) CountOf(name string) int {
	t, _ := m.tensor(name)
	return t.live
}

// SizeOf is the number of weights of one parameter, 0 where it is not masked.
func (m *Mask) SizeOf(name string) int {
	t, _ := m.tensor(name)
	return t.size
}

// DensityOf is the fraction of one parameter's weights that live; 1 where it is
// not masked.
func (m *Mask) DensityOf(name string) float64 {
	t, _ := m.tensor(name)
	return density(t.live, t.size)
}

func density(count, size int) float64 {
	if size == 0 {
		return 1
	}
	return float64(count) / float64(size)
}

// Fits returns an error that names the first parameter in which the mask and the network
// differ: a mask fits if it has exactly the network's prunable parameters, with their
// shapes.
func (m *Mask) Fits(n *nn.Network) error {
	return m.sameShape(Ones(n), "network "+n.Name)
}

func (m *Mask) sameShape(other *Mask, what string) error {
	for i := range max(len(m.tensors), len(other.tensors)) {
		switch {
		case i >= len(m.tensors):
			return fmt.Errorf("the mask lacks parameter %s of the %s", other.tensors[i].name, what)
		case i >= len(other.tensors):
			return fmt.Errorf("the mask has parameter %s, which the %s lacks", m.tensors[i].name, what)
		}
		a, b := m.tensors[i], other.tensors[i]
		if a.name != b.name || !slices.Equal(a.shape, b.shape) {
			return fmt.Errorf("the mask's parameter %d is %s %v, that of the %s is %s %v", i, a.name, a.shape, what, b.name, b.shape)
		}
	}
	return nil
}

// Apply is weights.Masked(m): a copy with every pruned weight at exactly +0.
func (m *Mask) Apply(weights nn.Weights) (nn.Weights, error) { return weights.Masked(m) }

// Channels reports for each output channel of a parameter, which is its last
// axis, whether any of its weights lives. It is nil where the parameter is not
// masked.
func (m *Mask) Channels(name string) []bool {
	t, ok := m.tensor(name)
	if !ok {
		return nil
	}
	channels := make([]bool, t.shape[len(t.shape)-1])
	for i := range t.all() {
		channels[i%len(channels)] = true
	}
	return channels
}
