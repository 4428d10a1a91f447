package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// randomStencil is a stencil with a place for it. Rows of dst lie in any order.
func randomStencil(r *rand.Rand, rows, blocks, elements, stride int, place StencilPlace) (Stencil, StencilPlace) {
	s := Stencil{Rows: rows, Stride: stride, Bias: random(r, rows*blocks), Starts: []int32{0}}
	for range blocks {
		n := r.IntN(elements + 1)
		for range n {
			s.Offsets = append(s.Offsets, int32(r.IntN(64)-32))
		}
		s.Weights = append(s.Weights, random(r, n*rows)...)
		s.Starts = append(s.Starts, int32(len(s.Offsets)))
	}
	if r.IntN(2) == 0 {
		s.High = float32(1 + r.IntN(6))
	}
	line := place.Pixels * StencilPixel
	place.Dst, place.X, place.Residual = 3, 32, 5
	place.DstLine, place.XLine, place.ResidualLine = line+7, line*stride+r.IntN(40), line+2
	for i, row := range r.Perm(rows * blocks) {
		s.Dst = append(s.Dst, row*(place.Lines*place.DstLine+11))
		s.Residual = append(s.Residual, i*place.Lines*place.ResidualLine)
	}
	return s, place
}

// plain is a number of a stencil's result in float64, and the size of what it sums.
func (s Stencil) plain(x, residual []float32, p StencilPlace, row, line, j int) (want, size float64) {
	want = float64(s.Bias[row])
	size = math.Abs(want) + 10
	block, pixel, lane := row/s.Rows, j/StencilPixel, j%StencilPixel
	for e := int(s.Starts[block]); e < int(s.Starts[block+1]); e++ {
		v := float64(x[p.X+line*p.XLine+pixel*s.Stride*StencilPixel+lane+int(s.Offsets[e])])
		if s.Greatest {
			want = max(want, v)
			continue
		}
		v *= float64(s.Weights[e*s.Rows+row%s.Rows])
		want, size = want+v, size+math.Abs(v)
	}
	if s.Residual != nil {
		want += float64(residual[p.Residual+s.Residual[row]+line*p.ResidualLine+j])
	}
	if s.Low != 0 || s.High != 0 {
		want = min(max(want, float64(s.Low)), float64(s.High))
	}
	return want, size
}

// sizes are how many numbers a tile of the whole stencil needs in each slice.
func (c *CompiledStencil) sizes(p StencilPlace) (dst, x, residual int) {
	line := p.Pixels * StencilPixel
	return p.Dst + c.to[1] + (p.Lines-1)*p.DstLine + line,
		p.X + c.x[1] + (p.Lines-1)*p.XLine + (line-StencilPixel)*c.Stride + StencilPixel,
		p.Residual + c.from[1] + (p.Lines-1)*p.ResidualLine + line
}

// stencilPlaces are tiles that take kernels of every size.
var stencilPlaces = []StencilPlace{
	{Lines: 1, Pixels: 1}, {Lines: 1, Pixels: 31}, {Lines: 2, Pixels: 2}, {Lines: 3, Pixels: 4},
	{Lines: 5, Pixels: 4}, {Lines: 3, Pixels: 8}, {Lines: 1, Pixels: 16}, {Lines: 3, Pixels: 7},
}

func TestStencil(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 9))
	everyVariant(t, func(t *testing.T) {
		for _, rows := range []int{1, 4} {
			for _, stride := range []int{1, 2} {
				for _, place := range stencilPlaces {
					for _, elements := range []int{0, 2, 70} {
						s, p := randomStencil(r, rows, 1+r.IntN(3), elements, stride, place)
						checkStencil(t, r, s, p)
						if rows == 1 {
							s.Greatest, s.Weights = true, nil
							checkStencil(t, r, s, p)
						}
					}
				}
			}
		}
	})
}

// checkStencil runs a stencil with and without a residual, block by block and whole,
// on memory of just the size that it needs.
func checkStencil(t *testing.T, r *rand.Rand, s Stencil, p StencilPlace) {
	t.Helper()
	for range 2 {
		c, err := NewStencil(s)
		if err != nil {
			t.Fatal(err)
		}
		dstSize, xSize, residualSize := c.sizes(p)
		x, residual, dst := random(r, xSize), random(r, residualSize), newGuarded(dstSize)
		between := r.IntN(c.Blocks() + 1)
		for _, blocks := range [][2]int{{0, between}, {between, c.Blocks()}} {
			if err := c.Run(dst.data, x, residual, blocks[0], blocks[1], p); err != nil {
				t.Fatal(err)
			}
		}
		dst.check(t)
		written := make([]bool, len(dst.data))
		for row := range s.Dst {
			for l := range p.Lines {
				for j := range p.Pixels * StencilPixel {
					at := p.Dst + s.Dst[row] + l*p.DstLine + j
					want, size := s.plain(x, residual, p, row, l, j)
					if got := float64(dst.data[at]); !(math.Abs(got-want) <= 1e-6*size) {
						t.Fatalf("%d rows, stride %d, %+v: row %d, line %d, number %d is %v, not %v", s.Rows, s.Stride, p, row, l, j, got, want)
					}
					written[at] = true
				}
			}
		}
		for i, v := range dst.data {
			if !written[i] && v != sentinel {
				t.Fatalf("%+v: number %d, which lies between rows, was written", p, i)
			}
		}
		s.Residual = nil
	}
}

func TestStencilLetsNaNPass(t *testing.T) {
	everyVariant(t, func(t *testing.T) {
		for _, greatest := range []bool{false, true} {
			s := Stencil{Rows: 1, Stride: 1, Starts: []int32{0, 1}, Offsets: []int32{0}, Bias: []float32{0}, Dst: []int{0}, Greatest: greatest, High: 6}
			if !greatest {
				s.Weights = []float32{1}
			}
			c, err := NewStencil(s)
			if err != nil {
				t.Fatal(err)
			}
			x, dst := make([]float32, 32), make([]float32, 32)
			x[3], x[21] = float32(math.NaN()), float32(math.NaN())
			if err := c.Run(dst, x, nil, 0, 1, StencilPlace{Lines: 1, Pixels: 2}); err != nil {
				t.Fatal(err)
			}
			for j, v := range dst {
				if (v != v) != (j == 3 || j == 21) {
					t.Errorf("greatest %v: number %d is %v", greatest, j, v)
				}
			}
		}
	})
}

// goodStencil has one block of one row, with elements before and after a pixel.
func goodStencil() Stencil {
	return Stencil{Rows: 1, Stride: 1, Starts: []int32{0, 2}, Offsets: []int32{-16, 16}, Weights: make([]float32, 2), Bias: make([]float32, 1), Dst: []int{0}, Residual: []int{0}}
}

func TestNewStencilRefuses(t *testing.T) {
	for i, change := range []func(s *Stencil){
		func(s *Stencil) { s.Rows = 2 }, func(s *Stencil) { s.Rows = 4 }, func(s *Stencil) { s.Stride = 3 }, func(s *Stencil) { s.Starts = nil },
		func(s *Stencil) { s.Starts = []int32{1, 2} }, func(s *Stencil) { s.Starts = []int32{0, 3} }, func(s *Stencil) { s.Weights = nil },
		func(s *Stencil) { s.Bias = nil }, func(s *Stencil) { s.Dst = nil }, func(s *Stencil) { s.Residual = make([]int, 2) },
		func(s *Stencil) { s.Greatest = true }, func(s *Stencil) { s.Offsets[1] = math.MaxInt32 / 4 },
	} {
		s := goodStencil()
		change(&s)
		if _, err := NewStencil(s); err == nil {
			t.Errorf("change %d: no error", i)
		}
	}
}

func TestStencilRefusesPlaces(t *testing.T) {
	c, err := NewStencil(goodStencil())
	if err != nil {
		t.Fatal(err)
	}
	good := StencilPlace{X: 16, Lines: 2, Pixels: 1, DstLine: 16, XLine: 16, ResidualLine: 16}
	run := func(p StencilPlace, from, to int) error {
		return c.Run(make([]float32, 32), make([]float32, 64), make([]float32, 32), from, to, p)
	}
	if err := run(good, 0, 1); err != nil {
		t.Fatal(err)
	}
	for i, change := range []func(p *StencilPlace){
		func(p *StencilPlace) { p.X-- }, func(p *StencilPlace) { p.X++ }, func(p *StencilPlace) { p.Dst++ }, func(p *StencilPlace) { p.Dst-- },
		func(p *StencilPlace) { p.Residual++ }, func(p *StencilPlace) { p.XLine = -16 }, func(p *StencilPlace) { p.Pixels++ }, func(p *StencilPlace) { p.Lines = -1 },
	} {
		p := good
		change(&p)
		if err := run(p, 0, 1); err == nil {
			t.Errorf("change %d: no error", i)
		}
	}
	if run(good, 0, 2) == nil || run(good, -1, 1) == nil {
		t.Error("there is but one block")
	}
}

func BenchmarkStencil(b *testing.B) {
	r := rand.New(rand.NewPCG(9, 9))
	for _, c := range []struct{ rows, channels, width, live int }{
		{1, 64, 32, 10}, {1, 64, 32, 20}, {1, 64, 32, 5}, {4, 64, 32, 100}, {1, 128, 16, 10}, {1, 256, 8, 10}, {1, 512, 4, 10}, {1, 512, 4, 20}, {4, 512, 4, 100},
	} {
		b.Run(fmt.Sprintf("rows%d-%d@%d-%d%%", c.rows, c.channels, c.width, c.live), func(b *testing.B) {
			pitch := (c.width + 1) * StencilPixel
			plane := pitch * (c.width + 3)
			s := Stencil{Rows: c.rows, Stride: 1, Starts: []int32{0}, Bias: make([]float32, c.channels)}
			for row := range c.channels {
				s.Dst = append(s.Dst, row*plane)
				if row%c.rows > 0 {
					continue
				}
				for channel := range c.channels {
					for tap := range 9 {
						if r.IntN(100) < c.live {
							s.Offsets = append(s.Offsets, int32(channel*plane+tap/3*pitch+tap%3*StencilPixel))
							s.Weights = append(s.Weights, random(r, c.rows)...)
						}
					}
				}
				s.Starts = append(s.Starts, int32(len(s.Offsets)))
			}
			stencil, err := NewStencil(s)
			if err != nil {
				b.Fatal(err)
			}
			x, dst := random(r, c.channels*plane+100), make([]float32, c.channels*plane+100)
			lines := max(1, 16/c.width)
			for b.Loop() {
				for h := 0; h < c.width; h += lines {
					for w := 0; w < c.width; w += 16 {
						at := h*pitch + w*StencilPixel
						p := StencilPlace{Lines: lines, Pixels: min(16, c.width), Dst: at, X: at, DstLine: pitch, XLine: pitch}
						if err := stencil.Run(dst, x, nil, 0, stencil.Blocks(), p); err != nil {
							b.Fatal(err)
						}
					}
				}
			}
			b.ReportMetric(2*float64(len(s.Weights)*c.width*c.width*StencilPixel)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
		})
	}
}
