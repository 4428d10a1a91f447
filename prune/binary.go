package prune

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
)

// The binary form of a mask. All numbers are little-endian:
//
//	"ESPMASK1"
//	uint32 number of parameters
//	for each parameter, in the order of the network:
//	    uint16 length of the name, the name
//	    uint8  number of axes, and for each axis its uint32 length
//	    uint64 × ceil(size/64): weight i is bit i%64 of word i/64; unused bits are 0
//	SHA-256 of everything before it
//
// A mask has exactly one such form, and its Digest is that SHA-256.
const (
	magic     = "ESPMASK1"
	maxName   = math.MaxUint16
	maxAxes   = math.MaxUint8
	maxLength = math.MaxInt32
)

// MarshalBinary writes the binary form. It fails for a name or a shape that has none: a
// parameter needs a name, an axis, and a value.
func (m *Mask) MarshalBinary() ([]byte, error) {
	form := make([]byte, 0, m.Size()/8+64*(len(m.tensors)+1))
	form = append(form, magic...)
	form = binary.LittleEndian.AppendUint32(form, uint32(len(m.tensors)))
	for _, t := range m.tensors {
		if !t.hasForm() {
			return nil, fmt.Errorf("write mask: parameter %.40q of shape %v has no binary form", t.name, t.shape)
		}
		form = t.append(form)
	}
	digest := sha256.Sum256(form)
	return append(form, digest[:]...), nil
}

// hasForm reports whether what would be written can be read.
func (t tensor) hasForm() bool {
	return len(t.name) > 0 && len(t.name) <= maxName && len(t.shape) > 0 && len(t.shape) <= maxAxes &&
		slices.Min(t.shape) > 0 && slices.Max(t.shape) <= maxLength
}

func (t tensor) append(form []byte) []byte {
	form = binary.LittleEndian.AppendUint16(form, uint16(len(t.name)))
	form = append(form, t.name...)
	form = append(form, byte(len(t.shape)))
	for _, length := range t.shape {
		form = binary.LittleEndian.AppendUint32(form, uint32(length))
	}
	for _, word := range t.bits {
		form = binary.LittleEndian.AppendUint64(form, word)
	}
	return form
}

// Digest is the SHA-256 of the mask's binary form, in hexadecimal. Masks have the
// same digest exactly when they are equal.
func (m *Mask) Digest() string {
	hash := sha256.New()
	hash.Write([]byte(magic))
	hash.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(m.tensors))))
	for _, t := range m.tensors {
		hash.Write(t.append(nil))
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// UnmarshalBinary sets the mask, which must not be in use yet, to what
// MarshalBinary wrote. Anything else is an error that says what is wrong and at
// which byte; the mask is then as it was. No more memory is used than a small
// multiple of the input's length.
func (m *Mask) UnmarshalBinary(form []byte) error {
	read, err := readMask(form)
	if err != nil {
		return fmt.Errorf("read mask: %w", err)
	}
	*m = *read
	return nil
}

// ParseMask reads the binary form of a mask; see UnmarshalBinary.
func ParseMask(form []byte) (*Mask, error) {
	m := new(Mask)
	if err := m.UnmarshalBinary(form); err != nil {
		return nil, err
	}
	return m, nil
}

func readMask(form []byte) (*Mask, error) {
	if len(form) < len(magic)+4+sha256.Size {
		return nil, fmt.Errorf("%d bytes are too few", len(form))
	}
	if string(form[:len(magic)]) != magic {
		return nil, fmt.Errorf("it begins with %q, want %q", form[:len(magic)], magic)
	}
	body, stored := form[:len(form)-sha256.Size], form[len(form)-sha256.Size:]
	if digest := sha256.Sum256(body); !bytes.Equal(digest[:], stored) {
		return nil, fmt.Errorf("its digest is %x, but %x is stored: the file is damaged", digest, stored)
	}
	r := &reader{form: body, at: len(magic)}
	count := r.uint32("the number of parameters")
	var tensors []tensor
	seen := make(map[string]bool)
	for range count {
		t := r.tensor()
		if r.err == nil && seen[t.name] {
			r.fail("parameter %q comes twice", t.name)
		}
		if r.err != nil {
			return nil, r.err
		}
		seen[t.name] = true
		tensors = append(tensors, t)
	}
	if r.at != len(body) {
		r.fail("%d bytes are left over", len(body)-r.at)
	}
	if r.err != nil {
		return nil, r.err
	}
	return newMask(tensors), nil
}

// reader takes values off a form; after its first error it gives zeros.
type reader struct {
	form []byte
	at   int
	err  error
}

func (r *reader) fail(format string, arguments ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("at byte %d: "+format, append([]any{r.at}, arguments...)...)
	}
}

func (r *reader) take(n int, what string) []byte {
	if r.err == nil && n > len(r.form)-r.at {
		r.fail("%s needs %d bytes, %d are left", what, n, len(r.form)-r.at)
	}
	if r.err != nil {
		return nil
	}
	r.at += n
	return r.form[r.at-n : r.at]
}

func (r *reader) uint32(what string) uint32 {
	if b := r.take(4, what); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) tensor() tensor {
	t := tensor{name: r.name()}
	t.shape, t.size = r.shape(t.name)
	form := r.take(8*words(t.size), "the bits of "+t.name)
	if r.err != nil {
		return tensor{}
	}
	t.bits = make([]uint64, words(t.size))
	for i := range t.bits {
		t.bits[i] = binary.LittleEndian.Uint64(form[8*i:])
	}
	t.live = popCount(t.bits)
	if clearPadding(t.bits, t.size); popCount(t.bits) != t.live {
		r.fail("%s has bits set beyond its %d weights", t.name, t.size)
	}
	return t
}

func (r *reader) name() string {
	length := r.take(2, "the length of a name")
	if length == nil {
		return ""
	}
	name := string(r.take(int(binary.LittleEndian.Uint16(length)), "a name"))
	if name == "" {
		r.fail("a parameter has no name")
	}
	return name
}

// shape reads axes and their product, which the bits that are left must be able
// to hold.
func (r *reader) shape(name string) ([]int, int) {
	axes := r.take(1, "the number of axes of "+name)
	if axes == nil {
		return nil, 0
	}
	if axes[0] == 0 {
		r.fail("%s has no axes", name)
	}
	shape, size := make([]int, 0, axes[0]), 1
	for range axes[0] {
		length := int(r.uint32("an axis of " + name))
		if r.err != nil {
			return nil, 0
		}
		if room := 8 * len(r.form); length < 1 || length > room/size {
			r.fail("%s has shape %v × %d, more than the file can hold or empty", name, shape, length)
			return nil, 0
		}
		shape, size = append(shape, length), size*length
	}
	return shape, size
}
