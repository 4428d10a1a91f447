//go:build xla

package cpu_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"espalier/backend"
	"espalier/backend/cpu"
)

// openXLA starts XLA on the processor. A build with the tag xla is for comparing with
// it, so that a missing plugin is a failure.
func openXLA(t *testing.T) cpu.Reference {
	t.Helper()
	choice, err := backend.New("xla")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(choice.Backend.Finalize)
	return cpu.Reference{Backend: choice.Backend, BatchNorm: true}
}

// TestRandomGraphsOnXLA is TestRandomGraphs with XLA as the reference.
func TestRandomGraphsOnXLA(t *testing.T) {
	cpu.CompareRandomGraphs(t, openXLA(t))
}

// TestRandomLayersOnXLA is TestRandomLayers with XLA as the reference, batch
// normalization as one operation included.
func TestRandomLayersOnXLA(t *testing.T) {
	cpu.CompareRandomLayers(t, openXLA(t))
}

// TestRandomBitsAreXLAs draws from one state on both backends: unsigned numbers of any
// size, and the state after them, are the same. For signed ones the plugin returns
// unsigned ones of the same bits.
func TestRandomBitsAreXLAs(t *testing.T) {
	own, err := cpu.New("workers=2")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Finalize()
	reference := openXLA(t)
	ones := ^uint64(0)
	for _, state := range [][]uint64{{0, 0, 0}, {5, 7, 0}, {0x123456789abcdef0, ones, 3}, {ones, ones - 2, ones}} {
		for _, dtype := range []dtypes.DType{dtypes.Uint32, dtypes.Uint64, dtypes.Uint16, dtypes.Uint8} {
			for _, n := range []int{1, 4, 5, 8, 64, 1001} {
				shape := shapes.Make(dtype, n)
				want, wantAfter := cpu.Draw(t, reference, state, shape)
				got, gotAfter := cpu.Draw(t, own, state, shape)
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%s from %x: %.80s, XLA draws %.80s", shape, state, fmt.Sprint(got), fmt.Sprint(want))
				}
				if !slices.Equal(gotAfter, wantAfter) {
					t.Errorf("%s from %x: then %x, XLA says %x", shape, state, gotAfter, wantAfter)
				}
			}
		}
	}
}
