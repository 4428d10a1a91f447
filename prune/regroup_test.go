package prune_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"espalier/nn"
	"espalier/prune"
)

// convolution is a network of one convolution with 3×3 kernels, without what follows.
func convolution(t testing.TB, inputs, outputs int) *nn.Network {
	t.Helper()
	c := nn.NewComposer("convolution", nn.Shape{Height: 3, Width: 3, Channels: inputs})
	c.Add("conv", nn.Convolution{Out: outputs, Kernel: 3, Padding: 1, NoBias: true}, nn.Input)
	return must[*nn.Network](t)(c.Network())
}

const conv = "conv.weight"

func atRandom(t testing.TB, n *nn.Network, density float64) prune.Input {
	t.Helper()
	in := input(t, n, 3)
	in.Mask = must[*prune.Mask](t)(prune.Prune(t.Context(), prune.Random, in, prune.Selection{Fraction: 1 - density}))
	return in
}

// What the reference says of sizes: layers of at most 128 channels have no cluster of
// more than 16 rows, those of 256 channels have 8 blocks of 32 rows and those of 512
// have 8 of 64. By the code's rule dense layers have none.
func TestRegroupFindsBlocks(t *testing.T) {
	for _, c := range []struct {
		channels int
		density  float64
		variant  prune.Variant
		blocks   int
		rows     int
	}{
		{64, 0.3, prune.Paper, 0, 0},
		{128, 0.3, prune.Paper, 0, 0},
		{128, 0.3, prune.Reference, 0, 0},
		{256, 0.3, prune.Paper, 8, 32},
		{256, 0.3, prune.Reference, 8, 32},
		{256, 0.8, prune.Paper, 8, 32},
		{256, 0.8, prune.Reference, 0, 0},
		{512, 0.3, prune.Paper, 8, 64},
		{512, 0.3, prune.Reference, 8, 64},
	} {
		in := atRandom(t, convolution(t, 16, c.channels), c.density)
		mask, blocks, err := prune.Regroup(t.Context(), in, prune.RegroupOptions{Variant: c.variant})
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%s, %d channels of density %v", c.variant, c.channels, c.density)
		if len(blocks[conv]) != c.blocks {
			t.Errorf("%s: %d blocks, want %d", name, len(blocks[conv]), c.blocks)
		}
		if c.blocks == 0 && !mask.Equal(in.Mask) {
			t.Errorf("%s: the mask has changed, though there is no block", name)
		}
		seen := make([]bool, c.channels)
		for _, block := range blocks[conv] {
			if len(block.Rows) != c.rows {
				t.Errorf("%s: a block has %d rows, want %d", name, len(block.Rows), c.rows)
			}
			for _, row := range block.Rows {
				if seen[row] {
					t.Errorf("%s: row %d is in two blocks", name, row)
				}
				seen[row] = true
			}
		}
	}
}

// The mask is the blocks, or with leftovers the blocks and what lived before.
func TestRegroupedMaskIsItsBlocks(t *testing.T) {
	in := atRandom(t, convolution(t, 8, 300), 0.2)
	for _, leftovers := range []bool{false, true} {
		mask, blocks, err := prune.Regroup(t.Context(), in, prune.RegroupOptions{KeepLeftovers: leftovers})
		if err != nil {
			t.Fatal(err)
		}
		editor := in.Mask.Edit()
		for i := range in.Mask.SizeOf(conv) {
			editor.Set(conv, i, leftovers && in.Mask.Lives(conv, i))
		}
		for _, block := range blocks[conv] {
			if !slices.IsSorted(block.Rows) || !slices.IsSorted(block.Columns) {
				t.Error("a block's rows or columns do not rise")
			}
			for _, column := range block.Columns {
				for _, row := range block.Rows {
					editor.Set(conv, column*300+row, true)
				}
			}
		}
		if !mask.Equal(editor.Mask()) || len(blocks[conv]) == 0 {
			t.Errorf("leftovers kept: %t: the mask is not what its %d blocks say", leftovers, len(blocks[conv]))
		}
	}
}

// Rows that come in groups with columns of their own are found again, and their blocks
// are as dense as they.
func TestRegroupFindsPlantedBlocks(t *testing.T) {
	const groups, size, inputs = 8, 32, 80
	in := input(t, matrix(t, inputs, groups*size), 1)
	random := rand.New(rand.NewPCG(4, 4))
	order, editor := random.Perm(groups*size), prune.Ones(in.Network).Edit()
	for i := range groups * size * inputs {
		row, column := order[i%(groups*size)], i/(groups*size)
		editor.Set(fc, i, row/size == column*groups/inputs)
	}
	in.Mask = editor.Mask()
	mask, blocks, err := prune.Regroup(t.Context(), in, prune.RegroupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range blocks[fc] {
		if len(block.Rows) != size || len(block.Columns) > inputs/groups {
			t.Errorf("a block of %d rows and %d columns", len(block.Rows), len(block.Columns))
		}
	}
	if len(blocks[fc]) != groups || !mask.Subset(in.Mask) {
		t.Errorf("%d blocks for %d groups, inside the mask: %t", len(blocks[fc]), groups, mask.Subset(in.Mask))
	}
}

func TestRegroupIsReproducible(t *testing.T) {
	in := atRandom(t, convolution(t, 8, 256), 0.1)
	first, _, err := prune.Regroup(t.Context(), in, prune.RegroupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := prune.Regroup(t.Context(), in, prune.RegroupOptions{})
	if err != nil || !again.Equal(first) {
		t.Errorf("a second call gave another mask, error %v", err)
	}
}

func TestRegroupSparesAndRefuses(t *testing.T) {
	in := atRandom(t, convolution(t, 8, 256), 0.2)
	mask, blocks, err := prune.Regroup(t.Context(), in, prune.RegroupOptions{Spare: prune.SpareLayers("conv")})
	if err != nil || len(blocks) != 0 || !mask.Equal(in.Mask) {
		t.Errorf("spared, the layer has %d blocks, error %v", len(blocks), err)
	}
	empty := in
	empty.Mask = prune.Ones(in.Network).Not()
	for _, variant := range []prune.Variant{prune.Paper, prune.Reference} {
		_, _, err := prune.Regroup(t.Context(), empty, prune.RegroupOptions{Variant: variant})
		if err == nil || !strings.Contains(err.Error(), "no weight of layer conv lives") {
			t.Errorf("%s, an empty layer: error %v", variant, err)
		}
	}
	if _, _, err := prune.Regroup(t.Context(), empty, prune.RegroupOptions{Spare: prune.SpareLayers("conv")}); err != nil {
		t.Errorf("an empty layer that is spared: %v", err)
	}
	streamless := in
	streamless.Random = nil
	for _, c := range []struct {
		in prune.Input
		o  prune.RegroupOptions
	}{
		{streamless, prune.RegroupOptions{}},
		{in, prune.RegroupOptions{Variant: "mine"}},
		{in, prune.RegroupOptions{Clusters: -1}},
		{in, prune.RegroupOptions{Ratio: -1}},
	} {
		if _, _, err := prune.Regroup(t.Context(), c.in, c.o); err == nil {
			t.Errorf("%+v: no error", c.o)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := prune.Regroup(ctx, in, prune.RegroupOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
