package weightfile_test

import (
	"path/filepath"
	"slices"
	"testing"

	"espalier/nn/weightfile"
)

// The files of testdata were written by PyTorch itself; testdata/generate.py says how.
func TestFilesThatPyTorchWrote(t *testing.T) {
	type tensor struct {
		shape  []int
		values []float32
	}
	state := map[string]tensor{
		"float32":    {[]int{3, 4}, []float32{0, .25, .5, .75, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75}},
		"float16":    {[]int{4}, []float32{1.5, -2, 65504, 0x1p-24}},
		"bfloat16":   {[]int{2}, []float32{1.5, -3}},
		"float64":    {[]int{1}, []float32{.1}},
		"int64":      {[]int{}, []float32{-7}},
		"bool":       {[]int{2}, []float32{1, 0}},
		"transposed": {[]int{4, 3}, []float32{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}},
		"shared":     {[]int{4}, []float32{4, 5, 6, 7}},
		"strided":    {[]int{4}, []float32{1, 4, 7, 10}},
		"empty":      {[]int{0, 3}, nil},
		"parameter":  {[]int{1, 1}, []float32{2}},
	}
	model := map[string]tensor{
		"0.weight":              {[]int{2, 1, 3, 3}, []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17}},
		"1.weight":              {[]int{2}, []float32{1, 1}},
		"1.bias":                {[]int{2}, []float32{0, 0}},
		"1.running_mean":        {[]int{2}, []float32{0, 0}},
		"1.running_var":         {[]int{2}, []float32{1, 1}},
		"1.num_batches_tracked": {[]int{}, []float32{0}},
	}
	for _, c := range []struct {
		name   string
		format weightfile.Format
		want   map[string]tensor
	}{
		{"zip.pt", weightfile.PyTorch, state},
		{"legacy.pt", weightfile.PyTorchLegacy, state},
		{"checkpoint-zip.pt", weightfile.PyTorch, model},
		{"checkpoint-legacy.pt", weightfile.PyTorchLegacy, model},
	} {
		file, err := weightfile.Open(filepath.Join("testdata", c.name))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if file.Format != c.format || len(file.Tensors) != len(c.want) {
			t.Errorf("%s: read as %s with %d tensors, want %s with %d", c.name, file.Format, len(file.Tensors), c.format, len(c.want))
		}
		for _, got := range file.Tensors {
			want, ok := c.want[got.Name]
			if !ok || !slices.Equal(got.Shape, want.shape) || !slices.Equal(got.Values(), want.values) {
				t.Errorf("%s: %s is %v of shape %v, want %v of shape %v", c.name, got.Name, got.Values(), got.Shape, want.values, want.shape)
			}
		}
	}
}
