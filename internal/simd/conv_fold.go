package simd

import "slices"

// fold treats neighbouring pixels of a result with few channels as one pixel with more
// channels, so that these fill a vector. The kernel then covers the columns that any of
// the pixels reads, with zero weights for those that a pixel does not: three channels and
// a kernel of three columns, four pixels at a time, take six columns in place of four
// times three. Through the zero weights infinities and NaN reach the neighbours, so only
// gradients fold.
func (s *sweep) fold() {
	p := &s.phases[0]
	if !s.transposed || len(s.phases) > 1 || s.conv.groups() > 1 || len(s.taps) == 0 {
		return
	}
	for n := 16 / s.result.channels; n > 1; n-- {
		if s.result.width%n == 0 {
			s.folds = n
			break
		}
	}
	if s.folds == 1 {
		return
	}
	s.unfolded = append(s.unfolded[:0], s.taps...)
	s.taps = s.taps[:0]
	for _, t := range s.unfolded {
		for pixel := range s.folds {
			at := [2]int{t.at[0], t.at[1] + pixel*p.from[1]}
			s.taps = append(s.taps, kernelTap{at: at})
		}
	}
	slices.SortFunc(s.taps, func(t, u kernelTap) int { return slices.Compare(t.at[:], u.at[:]) })
	s.taps = slices.Compact(s.taps)
	for i := range s.taps {
		s.taps[i].packed = i
	}
	p.taps[1] = len(s.taps)
	p.from[1] *= s.folds
	p.count[1] /= s.folds
	s.result.width /= s.folds
	s.result.channels *= s.folds
	s.result.perGroup = s.result.channels
}

// packFolded lays out the weights of the only panel.
func (s *sweep) packFolded() {
	channels, from := s.result.channels/s.folds, s.phases[0].from[1]/s.folds
	in, out := s.source.channels, s.result.channels
	for i, t := range s.taps {
		to := s.packed.data[16*in*i:][:16*in]
		clear(to)
		for _, u := range s.unfolded {
			pixel := (t.at[1] - u.at[1]) / from
			if u.at[0] != t.at[0] || u.at[1]+pixel*from != t.at[1] || pixel < 0 || pixel*channels >= out {
				continue
			}
			w := s.weights[u.kernel*channels*in:]
			s.v.packTransposed(&to[pixel*channels], 16, &w[0], in, channels, in, channels)
		}
	}
}
