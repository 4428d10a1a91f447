package sparse

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"espalier/internal/simd"
)

// How often a form of a layer is timed; see pathRuns.
const (
	layerRuns = 3
	layerTime = 10 * time.Millisecond
)

// choose gives a layer the form that measures fastest, or for Blocks, if there is a choice,
// the form of blocks.
func (s *stencils) choose(ctx context.Context, l *layer, o Options, path Path) (*compiled, error) {
	read := l.reading()
	forms := l.forms(read)
	switch {
	case len(forms) == 1:
		return s.compile(l, read, forms[0])
	case path == Blocks:
		return s.compile(l, read, form{Rows: blockRows, Shared: 1})
	}
	var tried []*compiled
	times, err := recall(o.Tuning, layerTimes, s.key(l, o), func() ([]time.Duration, error) {
		var runs []func() error
		for _, f := range forms {
			c, err := s.compile(l, read, f)
			if err != nil {
				return nil, err
			}
			tried, runs = append(tried, c), append(runs, func() error { return s.runLayer(c) })
		}
		return fastest(ctx, layerRuns, layerTime, runs)
	})
	if err != nil {
		return nil, err
	}
	best := 0
	for i, took := range times {
		if i < len(forms) && took < times[best] {
			best = i
		}
	}
	if tried != nil {
		return tried[best], nil
	}
	return s.compile(l, read, forms[best])
}

// compile gives a layer a form.
func (s *stencils) compile(l *layer, read *reading, f form) (*compiled, error) {
	if s.apart {
		return compile(l, read, f, s.byPixel(), 1)
	}
	return compile(l, read, f, s.byPixel(), tasksWanted/len(s.arenas))
}

// runLayer computes a layer in all arenas, as the program does.
func (s *stencils) runLayer(c *compiled) error {
	if !s.apart {
		return c.run(s.workers.Parallel, s.arenas)
	}
	errs := make([]error, len(s.arenas))
	s.workers.Parallel(len(s.arenas), func(i int) { errs[i] = c.run(simd.Sequential, s.arenas[i:i+1]) })
	return errors.Join(errs...)
}

// rowsElement is how many times as long an element of a single row takes, for each
// product, as one of a block, which reads less memory for as many products: 60 to 100
// against 170 GFLOP/s were measured.
const rowsElement = 2

// forms are the forms worth timing. If rows share no channels, as in a depthwise
// convolution, each is computed by itself. Otherwise a form is left out if, by its number
// of elements, it takes at least twice as long as the other kind.
func (l *layer) forms(read *reading) []form {
	if l.greatest || len(l.rows) < blockRows || !l.shares() {
		return []form{{Rows: 1}}
	}
	var forms []form
	rows, blocks := rowsElement*l.taps(), blockRows*read.union
	if rows < 2*blocks {
		forms = append(forms, form{Rows: 1}, form{Rows: 1, Channels: 16}, form{Rows: 1, Channels: 32})
	}
	if blocks < 2*rows {
		forms = append(forms, form{Rows: blockRows, Shared: 1})
		if blocks > l.taps()*9/8 {
			forms = append(forms, form{Rows: blockRows, Shared: 2})
		}
	}
	return forms
}

// shares reports whether any two rows read the same channel.
func (l *layer) shares() bool {
	seen := make(map[channel]int)
	for i, r := range l.rows {
		for _, t := range r.taps {
			if j, ok := seen[t.channel]; ok && j != i {
				return true
			}
			seen[t.channel] = i
		}
	}
	return false
}

// key is a digest of everything that the times of a layer's forms depend on.
func (s *stencils) key(l *layer, o Options) string {
	hash := sha256.New()
	fmt.Fprintln(hash, o.Workers, s.images, s.apart, len(s.arenas), l.in, l.out.geometry, l.stride, l.residual != nil, l.phases != nil)
	var text []byte
	for _, r := range l.rows {
		text = binary.AppendVarint(text[:0], int64(len(r.taps)))
		for _, t := range r.taps {
			text = binary.AppendVarint(text, int64(t.at(l.in)))
		}
		hash.Write(text)
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}
