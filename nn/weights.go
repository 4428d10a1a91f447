package nn

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Weights are the values of a network's parameters, by the parameter's name, each
// flat in row-major order of Parameter.Shape.
type Weights map[string][]float32

// Clone copies the weights, values and all.
func (w Weights) Clone() Weights {
	clone := make(Weights, len(w))
	for name, values := range w {
		clone[name] = slices.Clone(values)
	}
	return clone
}

// Masked is a copy in which every pruned value is exactly +0, whatever it was, infinite or
// NaN too. A masked parameter that is missing, or has another size than the mask, is an
// error.
func (w Weights) Masked(mask WeightMask) (Weights, error) {
	masked := w.Clone()
	for _, name := range mask.Names() {
		values := w[name]
		if len(values) != mask.SizeOf(name) {
			return nil, fmt.Errorf("apply mask: the weights have %d values for %s, the mask has %d", len(values), name, mask.SizeOf(name))
		}
		clear(masked[name])
		for i := range mask.Live(name) {
			masked[name][i] = values[i]
		}
	}
	return masked, nil
}

// Names lists the parameters in alphabetical order.
func (w Weights) Names() []string { return slices.Sorted(maps.Keys(w)) }

// Equal reports whether both hold the same parameters with the same bits.
func (w Weights) Equal(other Weights) bool {
	return maps.EqualFunc(w, other, func(a, b []float32) bool {
		return slices.EqualFunc(a, b, func(x, y float32) bool {
			return math.Float32bits(x) == math.Float32bits(y)
		})
	})
}

// Digest is the SHA-256 over names, lengths and bits, in hexadecimal.
func (w Weights) Digest() string {
	hash := sha256.New()
	for _, name := range w.Names() {
		fmt.Fprintf(hash, "%s %d\n", name, len(w[name]))
		// Writing to a hash does not fail.
		_ = binary.Write(hash, binary.LittleEndian, w[name])
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// Check reports the first parameter of the network that is missing from the
// weights or has another size, or the first that the network does not have.
func (w Weights) Check(n *Network) error {
	for _, p := range n.Parameters() {
		values, ok := w[p.Name]
		if !ok {
			return fmt.Errorf("weights for network %s: %s is missing", n.Name, p.Name)
		}
		if len(values) != p.Size() {
			return fmt.Errorf("weights for network %s: %s has %d values, want %d (shape %v)",
				n.Name, p.Name, len(values), p.Size(), p.Shape)
		}
	}
	if len(w) != len(n.Parameters()) {
		return fmt.Errorf("weights for network %s: %s is not a parameter of it", n.Name, w.extra(n))
	}
	return nil
}

func (w Weights) extra(n *Network) string {
	known := make(map[string]bool, len(w))
	for _, p := range n.Parameters() {
		known[p.Name] = true
	}
	for _, name := range w.Names() {
		if !known[name] {
			return name
		}
	}
	return ""
}
