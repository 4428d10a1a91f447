package data

import (
	"context"
	"fmt"
)

const (
	cifarSide     = 32
	cifarPlane    = cifarSide * cifarSide
	cifarChannels = 3
	cifarPixels   = cifarChannels * cifarPlane
)

// cifarRecord describes a record of the binary version of CIFAR: one byte for each
// label, then the red, green and blue planes, each row by row.
//
// Source: A. Krizhevsky, "The CIFAR-10 and CIFAR-100 datasets", section "Binary version".
type cifarRecord struct {
	classes []int // how many each label has: {10}, or coarse and fine {20, 100}
	label   int   // which of the labels is read
}

// size of a record in bytes.
func (r cifarRecord) size() int { return len(r.classes) + cifarPixels }

// read fills the pixels, in the order row, column, channel, and the labels, of
// which there must be as many as records.
func (r cifarRecord) read(s *stream, pixels, labels []uint8) error {
	record := make([]byte, r.size())
	for n := range labels {
		start := s.offset
		if err := s.fill(record, fmt.Sprintf("record %d of %d", n+1, len(labels))); err != nil {
			return err
		}
		for l, classes := range r.classes {
			if err := s.checkLabels(record[l:l+1], start+int64(l), 1, classes); err != nil {
				return err
			}
		}
		labels[n] = record[r.label]
		interleave(pixels[n*cifarPixels:(n+1)*cifarPixels], record[len(r.classes):])
	}
	return nil
}

// interleave turns planes into pixels.
func interleave(pixels, planes []uint8) {
	for at := range cifarPlane {
		for c := range cifarChannels {
			pixels[at*cifarChannels+c] = planes[c*cifarPlane+at]
		}
	}
}

// readSet reads a set whose last file holds the test images and whose others hold
// equal shares of the training images.
func (r cifarRecord) readSet(ctx context.Context, d *definition, p *place) (train, test part, err error) {
	last := len(d.source.Files) - 1
	if train, err = r.readPart(ctx, p, d.source.Files[:last], d.train); err != nil {
		return part{}, part{}, err
	}
	test, err = r.readPart(ctx, p, d.source.Files[last:], d.test)
	return train, test, err
}

func (r cifarRecord) readPart(ctx context.Context, p *place, files []File, count int) (part, error) {
	share := count / len(files)
	for _, f := range files {
		if err := p.checkSize(f, int64(share*r.size()), fmt.Sprintf("%d records of %d bytes", share, r.size())); err != nil {
			return part{}, err
		}
	}
	// The files are as long as they should be, so this is no more than they hold.
	read := part{pixels: make([]uint8, count*cifarPixels), labels: make([]uint8, count)}
	for n, f := range files {
		err := p.read(ctx, f, func(s *stream) error {
			return r.read(s, read.pixels[n*share*cifarPixels:(n+1)*share*cifarPixels], read.labels[n*share:(n+1)*share])
		})
		if err != nil {
			return part{}, err
		}
	}
	return read, nil
}

// checkSize tells a file of another size before anything is read of it.
func (p *place) checkSize(f File, size int64, holds string) error {
	_, info, err := p.stat(f)
	if err != nil {
		return err
	}
	if info.Size() == size {
		return nil
	}
	return &FormatError{
		File:     p.path(f.Name),
		Offset:   min(info.Size(), size),
		Found:    fmt.Sprintf("a file of %d bytes", info.Size()),
		Expected: fmt.Sprintf("%d (%s)", size, holds),
	}
}
