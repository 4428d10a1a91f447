package data

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math"
)

// Digest is the SHA-256, in hexadecimal, of what the graph is: eight bytes each,
// the lowest first, for the numbers of nodes, entries, classes, columns and values
// of the features, and splits; then, in four bytes each, the adjacency by
// destination (starts, nodes), the labels, the features that are not 0 in compressed
// rows (starts, columns, values), and of each split the length and the nodes of
// every part. Names do not matter, nor whether the features are kept sparse.
func (g *Graph) Digest() string { return g.digest() }

func (g *Graph) computeDigest() string {
	digest := sha256.New()
	f := g.content.Features
	if f == nil {
		f = &Features{rows: g.Nodes(), sparse: true, starts: make([]int32, g.Nodes()+1)}
	}
	starts, indices, values := f.Compressed()
	var header []byte
	for _, n := range []int{g.Nodes(), g.incoming.Len(), g.Classes(), f.columns, len(values), len(g.content.Splits)} {
		header = binary.LittleEndian.AppendUint64(header, uint64(n))
	}
	digest.Write(header)
	digestInts(digest, g.incoming.starts, g.incoming.nodes, g.content.Labels, starts, indices)
	bits := make([]int32, len(values))
	for i, v := range values {
		bits[i] = int32(math.Float32bits(v))
	}
	digestInts(digest, bits)
	for _, s := range g.content.Splits {
		for _, part := range [][]int32{s.Train, s.Validation, s.Test} {
			digestInts(digest, []int32{int32(len(part))}, part)
		}
	}
	return hex.EncodeToString(digest.Sum(nil))
}

func digestInts(digest hash.Hash, lists ...[]int32) {
	var buffer []byte
	for _, list := range lists {
		buffer = buffer[:0]
		for _, n := range list {
			buffer = binary.LittleEndian.AppendUint32(buffer, uint32(n))
		}
		digest.Write(buffer)
	}
}
