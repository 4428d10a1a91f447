package data

import (
	"math"
	"slices"
	"testing"
	"testing/quick"
)

// Whatever form features are given and kept in, they are the same.
func TestFeaturesSparseAndDense(t *testing.T) {
	check := func(rows, columns uint8, numbers []int8) bool {
		n, m := int(rows%6), int(columns%6)
		values := make([]float32, n*m)
		for i := range min(len(values), len(numbers)) {
			values[i] = float32(max(0, numbers[i]))
		}
		f, err := NewDenseFeatures(n, m, values)
		if err != nil || !slices.Equal(f.Dense(), values) {
			return false
		}
		starts, indices, numbered := f.Compressed()
		sparse, err := NewSparseFeatures(m, starts, indices, numbered)
		return err == nil && sparse.Sparse() && slices.Equal(sparse.Dense(), values) && sparse.NonZeros() == f.NonZeros() &&
			(f.Sparse() == (2*f.NonZeros() < len(values)))
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}

func TestSparseFeaturesAreSorted(t *testing.T) {
	f, err := NewSparseFeatures(5, []int32{0, 3, 3}, []int32{4, 0, 2}, []float32{1, 2, 0})
	if err != nil {
		t.Fatal(err)
	}
	starts, indices, values := f.Compressed()
	if !slices.Equal(starts, []int32{0, 2, 2}) || !slices.Equal(indices, []int32{0, 4}) || !slices.Equal(values, []float32{2, 1}) {
		t.Errorf("%v %v %v", starts, indices, values)
	}
	for column, value := range f.Row(0) {
		if column != 0 || value != 2 {
			t.Errorf("%d has %g", column, value)
		}
		break
	}
}

func TestFeaturesThatAreNone(t *testing.T) {
	for i, make := range []func() (*Features, error){
		func() (*Features, error) { return NewDenseFeatures(2, 2, make([]float32, 3)) },
		func() (*Features, error) { return NewDenseFeatures(-1, -1, make([]float32, 1)) },
		func() (*Features, error) { return NewDenseFeatures(1, 2, []float32{0, float32(math.NaN())}) },
		func() (*Features, error) { return NewDenseFeatures(0, 1<<25, nil) },
		func() (*Features, error) {
			return NewSparseFeatures(1, []int32{0, 1}, []int32{0}, []float32{float32(math.Inf(1))})
		},
		func() (*Features, error) { return NewSparseFeatures(1, nil, nil, nil) },
		func() (*Features, error) { return NewSparseFeatures(1, []int32{0, 1}, nil, nil) },
		func() (*Features, error) { return NewSparseFeatures(1, []int32{0, 1}, []int32{1}, []float32{1}) },
		func() (*Features, error) {
			return NewSparseFeatures(2, []int32{0, 2}, []int32{1, 1}, []float32{1, 1})
		},
		func() (*Features, error) {
			return NewSparseFeatures(2, []int32{0, 2, 1, 2}, []int32{0, 1}, []float32{1, 1})
		},
	} {
		if f, err := make(); err == nil {
			t.Errorf("%d: %+v", i, f)
		}
	}
}
