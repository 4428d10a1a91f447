package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// randomStencil is a stencil with places for it in a plane of numbers.
func randomStencil(r *rand.Rand, rows, elements, pixels, lanes int) (Stencil, StencilPlaces) {
	s := Stencil{Bias: random(r, rows), Weights: random(r, rows*elements)}
	for range elements {
		s.Offsets = append(s.Offsets, int32(r.IntN(64)-32))
	}
	if r.IntN(2) == 0 {
		s.High = float32(1 + r.IntN(6))
	}
	p := StencilPlaces{X: 32, Dst: 3, XStep: lanes + r.IntN(40), DstStep: lanes + 7, Pixels: pixels, Lanes: lanes, Residual: 5, ResidualStep: lanes + 2}
	for row := range rows {
		p.Rows = append(p.Rows, ((row*3+1)%rows)*(pixels*p.DstStep+11))
		p.ResidualRows = append(p.ResidualRows, row*pixels*p.ResidualStep)
	}
	return s, p
}

// plain is a stencil in float64.
func (s Stencil) plain(x, residual []float32, p StencilPlaces, row, pixel, lane int) (want, size float64) {
	want = float64(s.Bias[row])
	for e, offset := range s.Offsets {
		v := float64(x[p.X+pixel*p.XStep+int(offset)+lane])
		if s.Greatest {
			want = max(want, v)
			continue
		}
		v *= float64(s.Weights[e*len(s.Bias)+row])
		want, size = want+v, size+math.Abs(v)
	}
	if residual != nil {
		want += float64(residual[p.Residual+p.ResidualRows[row]+pixel*p.ResidualStep+lane])
	}
	if s.Low != 0 || s.High != 0 {
		want = min(max(want, float64(s.Low)), float64(s.High))
	}
	return want, size + math.Abs(float64(s.Bias[row])) + 10
}

func TestStencil(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 9))
	everyVariant(t, func(t *testing.T) {
		for _, rows := range StencilRows {
			for _, elements := range []int{0, 1, 2, 9, 70} {
				for _, lanes := range []int{16, 32, 48, 64, 80, 128} {
					s, p := randomStencil(r, rows, elements, 1+r.IntN(5), lanes)
					s.check(t, r, p)
					if rows == 1 {
						s.Greatest, s.Weights = true, nil
						s.check(t, r, p)
					}
				}
			}
		}
	})
}

// check runs a stencil with and without a residual, on memory that ends where it
// must not go further.
func (s Stencil) check(t *testing.T, r *rand.Rand, p StencilPlaces) {
	t.Helper()
	c, err := NewStencil(s)
	if err != nil {
		t.Fatal(err)
	}
	x := random(r, p.X+(p.Pixels-1)*p.XStep+p.Lanes+c.last)
	whole := random(r, p.Residual+slices.Max(p.ResidualRows)+(p.Pixels-1)*p.ResidualStep+p.Lanes)
	for _, residual := range [][]float32{nil, whole} {
		dst := newGuarded(p.Dst + slices.Max(p.Rows) + (p.Pixels-1)*p.DstStep + p.Lanes)
		before := slices.Clone(dst.data)
		if err := c.Run(dst.data, x, residual, p); err != nil {
			t.Fatal(err)
		}
		dst.check(t)
		for row, start := range p.Rows {
			for pixel := range p.Pixels {
				for lane := range p.Lanes {
					at := p.Dst + start + pixel*p.DstStep + lane
					want, size := s.plain(x, residual, p, row, pixel, lane)
					if got := float64(dst.data[at]); math.Abs(got-want) > 1e-6*size {
						t.Fatalf("row %d, pixel %d, number %d of %+v: %v, want %v", row, pixel, lane, p, got, want)
					}
					before[at] = dst.data[at]
				}
			}
		}
		if !slices.EqualFunc(before, dst.data, func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }) {
			t.Fatalf("numbers between the pixels of %+v changed", p)
		}
	}
}

func TestStencilPassesNaN(t *testing.T) {
	everyVariant(t, func(t *testing.T) {
		for _, greatest := range []bool{false, true} {
			s := Stencil{Bias: []float32{0}, Offsets: []int32{0, 16}, High: 6, Greatest: greatest}
			if !greatest {
				s.Weights = []float32{1, 1}
			}
			c, err := NewStencil(s)
			if err != nil {
				t.Fatal(err)
			}
			x, dst := make([]float32, 32), make([]float32, 16)
			x[3], x[16+5] = float32(math.NaN()), float32(math.NaN())
			if err := c.Run(dst, x, nil, StencilPlaces{Rows: []int{0}, Pixels: 1, Lanes: 16}); err != nil {
				t.Fatal(err)
			}
			for j, v := range dst {
				if (v != v) != (j == 3 || j == 5) {
					t.Errorf("greatest %v: number %d is %v", greatest, j, v)
				}
			}
		}
	})
}

func TestStencilRefuses(t *testing.T) {
	for _, bad := range []Stencil{
		{}, {Bias: make([]float32, 2)}, {Bias: make([]float32, 4), Offsets: make([]int32, 3), Weights: make([]float32, 11)},
		{Bias: make([]float32, 4), Greatest: true}, {Bias: make([]float32, 1), Offsets: []int32{math.MaxInt32 / 2}, Weights: make([]float32, 1)},
	} {
		if _, err := NewStencil(bad); err == nil {
			t.Errorf("%+v: no error", bad)
		}
	}
	c, err := NewStencil(Stencil{Bias: make([]float32, 1), Offsets: []int32{-16, 16}, Weights: make([]float32, 2)})
	if err != nil {
		t.Fatal(err)
	}
	good := StencilPlaces{X: 16, Rows: []int{0}, ResidualRows: []int{0}, DstStep: 16, XStep: 16, ResidualStep: 16, Pixels: 2, Lanes: 16}
	run := func(p StencilPlaces) error {
		return c.Run(make([]float32, 32), make([]float32, 64), make([]float32, 32), p)
	}
	if err := run(good); err != nil {
		t.Fatal(err)
	}
	for i, change := range []func(p *StencilPlaces){
		func(p *StencilPlaces) { p.X-- }, func(p *StencilPlaces) { p.X++ }, func(p *StencilPlaces) { p.Dst++ },
		func(p *StencilPlaces) { p.Residual++ }, func(p *StencilPlaces) { p.XStep = -16 }, func(p *StencilPlaces) { p.Pixels++ },
		func(p *StencilPlaces) { p.Lanes = 8 }, func(p *StencilPlaces) { p.Rows = []int{-1} }, func(p *StencilPlaces) { p.Rows = nil },
		func(p *StencilPlaces) { p.ResidualRows = nil }, func(p *StencilPlaces) { p.Pixels = -1 },
	} {
		p := good
		change(&p)
		if err := run(p); err == nil {
			t.Errorf("change %d: no error", i)
		}
	}
}

func BenchmarkStencil(b *testing.B) {
	r := rand.New(rand.NewPCG(9, 9))
	for _, rows := range StencilRows {
		for _, elements := range []int{60, 600} {
			b.Run(fmt.Sprintf("%dx%d", rows, elements), func(b *testing.B) {
				const lanes, pixels, channels = 64, 8, 64
				s := Stencil{Bias: make([]float32, rows), Weights: random(r, rows*elements)}
				for range elements {
					s.Offsets = append(s.Offsets, int32(lanes*(r.IntN(channels)*30+r.IntN(3)*10+r.IntN(3))))
				}
				c, err := NewStencil(s)
				if err != nil {
					b.Fatal(err)
				}
				p := StencilPlaces{DstStep: lanes, XStep: lanes, Pixels: pixels, Lanes: lanes}
				for row := range rows {
					p.Rows = append(p.Rows, row*lanes*pixels)
				}
				x, dst := random(r, lanes*30*(channels+1)), make([]float32, rows*lanes*pixels)
				for b.Loop() {
					if err := c.Run(dst, x, nil, p); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(2*float64(rows*elements*lanes*pixels)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
			})
		}
	}
}
