package seed

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Seed is the root of the randomness of a run.
type Seed uint64

// Stream returns the generator that belongs to a name and, within that name, to
// an index such as (epoch, image). It is ChaCha8 keyed by the SHA-256 of seed,
// name and index, so equal arguments give equal numbers on every machine.
func (s Seed) Stream(name string, index ...int) *rand.Rand {
	return rand.New(rand.NewChaCha8(s.key(name, index)))
}

// Derive returns the seed of a part of the run that has streams of its own, such
// as one level of an iterative method.
func (s Seed) Derive(name string, index ...int) Seed {
	key := s.key(name, index)
	return Seed(binary.LittleEndian.Uint64(key[:8]))
}

// key hashes the name with its length in front, so that no two pairs of name and
// index have the same encoding.
func (s Seed) key(name string, index []int) [32]byte {
	buffer := make([]byte, 0, 16+len(name)+8*len(index))
	buffer = binary.LittleEndian.AppendUint64(buffer, uint64(s))
	buffer = binary.LittleEndian.AppendUint64(buffer, uint64(len(name)))
	buffer = append(buffer, name...)
	for _, i := range index {
		buffer = binary.LittleEndian.AppendUint64(buffer, uint64(i))
	}
	return sha256.Sum256(buffer)
}
