package cpu

import (
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// Draw runs RNGBitGenerator on a state. It is exported to the tests that need cgo.
func Draw(t *testing.T, b compute.Backend, state []uint64, shape shapes.Shape) (bits any, after []uint64) {
	t.Helper()
	builder := b.Builder("draw")
	f := builder.Main()
	in, err := f.Parameter("state", compute.RNGStateShape, nil)
	if err != nil {
		t.Fatal(err)
	}
	next, values, err := f.RNGBitGenerator(in, shape)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Return([]compute.Value{next, values}, nil); err != nil {
		t.Fatal(err)
	}
	results := execute(t, b, builder, state)
	return results[1].flat, results[0].flat.([]uint64)
}

// execute compiles and runs a program on slices.
func execute(t testing.TB, b compute.Backend, builder compute.Builder, inputs ...any) []tensor {
	t.Helper()
	executable, err := builder.Compile()
	if err != nil {
		t.Fatal(err)
	}
	_, want := executable.Inputs()
	var buffers []compute.Buffer
	for i, input := range inputs {
		buffer, err := b.BufferFromFlatData(0, input, want[i])
		if err != nil {
			t.Fatal(err)
		}
		buffers = append(buffers, buffer)
	}
	results, err := executable.Execute(buffers, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out, err := tensors(results)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRandomBitsArePhilox checks the test vectors that come with the authors'
// Random123.
func TestRandomBitsArePhilox(t *testing.T) {
	b := newBackend(t, "workers=2")
	ones := ^uint64(0)
	for _, c := range []struct {
		state, after []uint64
		want         [4]uint32
	}{
		{[]uint64{0, 0, 0}, []uint64{0, 1, 0}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[]uint64{ones, ones, ones}, []uint64{ones, 0, 0}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[]uint64{0x299f31d0a4093822, 0x85a308d3243f6a88, 0x0370734413198a2e}, []uint64{0x299f31d0a4093822, 0x85a308d3243f6a89, 0x0370734413198a2e},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		bits, after := Draw(t, b, c.state, shapes.Make(dtypes.Uint32, 4))
		if got := [4]uint32(bits.([]uint32)); got != c.want {
			t.Errorf("state %x: %x, want %x", c.state, got, c.want)
		}
		if [3]uint64(after) != [3]uint64(c.after) {
			t.Errorf("state %x: then %x, want %x", c.state, after, c.after)
		}
	}
}

func TestRandomBitsGoOn(t *testing.T) {
	b := newBackend(t, "workers=3")
	whole, _ := Draw(t, b, []uint64{5, 7, 0}, shapes.Make(dtypes.Uint8, 70003))
	_, middle := Draw(t, b, []uint64{5, 7, 0}, shapes.Make(dtypes.Uint8, 64))
	rest, _ := Draw(t, b, middle, shapes.Make(dtypes.Uint8, 70003-64))
	if got, want := string(rest.([]uint8)), string(whole.([]uint8)[64:]); got != want {
		t.Error("drawing in two parts gives other bits than in one")
	}
}
