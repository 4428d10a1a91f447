package data

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/bits"
)

const (
	idxUnsignedByte = 0x08    // the only type of value that image sets use
	idxLargest      = 1 << 30 // bytes that a header may claim; MNIST has 47 million
)

// readIDX reads an IDX file of unsigned bytes: two zero bytes, the type of the
// values, the number of dimensions, the dimensions as four bytes each with the
// highest first, and the values, of which the last dimension changes fastest.
// A dimension of the given shape that is 0 may be anything in the file.
//
// Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database", section "File formats".
func readIDX(s *stream, shape ...int) (found []int, values []uint8, err error) {
	magic, err := s.read(4, "the four bytes of a magic number")
	if err != nil {
		return nil, nil, err
	}
	want := uint32(idxUnsignedByte<<8 | len(shape))
	if got := binary.BigEndian.Uint32(magic); got != want {
		return nil, nil, s.wrong(0, fmt.Sprintf("magic number %#08x", got),
			fmt.Sprintf("%#08x (unsigned bytes in %d dimensions)", want, len(shape)))
	}
	found = make([]int, len(shape))
	size := uint64(1)
	for n := range shape {
		if found[n], err = s.dimension(shape[n]); err != nil {
			return nil, nil, err
		}
		high, low := bits.Mul64(size, uint64(found[n]))
		if high > 0 || low > idxLargest {
			return nil, nil, s.wrong(s.offset-4, fmt.Sprintf("dimensions %v", found[:n+1]), fmt.Sprintf("at most %d values", idxLargest))
		}
		size = low
	}
	values, err = s.read(int64(size), fmt.Sprintf("%d values for the dimensions %v", size, found))
	return found, values, err
}

func (s *stream) dimension(want int) (int, error) {
	start := s.offset
	raw, err := s.read(4, "the four bytes of a dimension")
	if err != nil {
		return 0, err
	}
	got := int(binary.BigEndian.Uint32(raw))
	if want != 0 && got != want {
		return 0, s.wrong(start, fmt.Sprintf("dimension %d", got), fmt.Sprint(want))
	}
	return got, nil
}

// readIDXSet reads a set of four files: images and labels for training, images and
// labels for testing.
func readIDXSet(ctx context.Context, d *definition, p *place) (train, test part, err error) {
	files := d.source.Files
	if train, err = readIDXPart(ctx, d, p, files[0], files[1], d.train); err != nil {
		return part{}, part{}, err
	}
	test, err = readIDXPart(ctx, d, p, files[2], files[3], d.test)
	return train, test, err
}

func readIDXPart(ctx context.Context, d *definition, p *place, images, labels File, count int) (part, error) {
	var read part
	err := p.read(ctx, images, func(s *stream) (err error) {
		_, read.pixels, err = readIDX(s, count, d.description.Height, d.description.Width)
		return err
	})
	if err != nil {
		return part{}, err
	}
	err = p.read(ctx, labels, func(s *stream) (err error) {
		_, read.labels, err = readIDX(s, count)
		if err != nil {
			return err
		}
		start := s.offset - int64(count)
		return s.checkLabels(read.labels, start, 1, len(d.description.Classes))
	})
	return read, err
}

// checkLabels looks for one that is out of range; the first lies at start, and each
// other one so many bytes after the one before it.
func (s *stream) checkLabels(labels []uint8, start, step int64, classes int) error {
	for n, label := range labels {
		if int(label) >= classes {
			return s.wrong(start+int64(n)*step, fmt.Sprintf("label %d", label), fmt.Sprintf("a label in 0..%d", classes-1))
		}
	}
	return nil
}
