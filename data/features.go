package data

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
)

// Features are numbers that describe nodes, a row for each node, immutable. They
// are sparse, with only what is not 0 in compressed rows, or dense.
type Features struct {
	rows, columns int
	sparse        bool
	starts        []int32 // of the rows in indices and values, where sparse
	indices       []int32 // the columns, sorted in each row, where sparse
	values        []float32
}

// maxColumns bounds the features of a node.
const maxColumns = 1 << 24

// NewDenseFeatures makes features of a copy of rows·columns numbers, row by row. They
// are kept sparse if fewer than half of them are nonzero, which takes less memory.
func NewDenseFeatures(rows, columns int, values []float32) (*Features, error) {
	if rows < 0 || columns < 0 || rows >= math.MaxInt32 || columns > maxColumns || columns > 0 && rows > math.MaxInt/columns || rows*columns != len(values) {
		return nil, fmt.Errorf("%d features for %d nodes of %d", len(values), rows, columns)
	}
	if i := slices.IndexFunc(values, notFinite); i >= 0 {
		return nil, fmt.Errorf("feature %d of node %d is %g", i%columns, i/columns, values[i])
	}
	f := &Features{rows: rows, columns: columns, values: values}
	if nonZeros := f.NonZeros(); nonZeros <= math.MaxInt32 && 2*nonZeros < len(values) {
		f.starts, f.indices, f.values = f.Compressed()
		f.sparse = true
		return f, nil
	}
	f.values = slices.Clone(values)
	return f, nil
}

// NewSparseFeatures makes features from copies of compressed rows: row i has the
// numbers starts[i] to starts[i+1], in the columns given by indices, in any order but
// each once.
func NewSparseFeatures(columns int, starts, indices []int32, values []float32) (*Features, error) {
	rows := len(starts) - 1
	if rows < 0 || columns < 0 || columns > maxColumns || starts[0] != 0 || int(starts[rows]) != len(indices) || len(values) != len(indices) {
		return nil, fmt.Errorf("sparse features of %d starts, %d columns, %d indices and %d values do not fit together", len(starts), columns, len(indices), len(values))
	}
	for row := range rows {
		if starts[row] > starts[row+1] {
			return nil, fmt.Errorf("sparse features whose row %d ends before it begins", row)
		}
	}
	if i := slices.IndexFunc(values, notFinite); i >= 0 {
		return nil, fmt.Errorf("a feature of column %d is %g", indices[i], values[i])
	}
	f := &Features{
		rows: rows, columns: columns, sparse: true, starts: make([]int32, rows+1),
		indices: make([]int32, 0, len(indices)), values: make([]float32, 0, len(values)),
	}
	type number struct {
		column int32
		value  float32
	}
	var sorted []number
	for row := range rows {
		sorted = sorted[:0]
		for at := starts[row]; at < starts[row+1]; at++ {
			sorted = append(sorted, number{indices[at], values[at]})
		}
		slices.SortFunc(sorted, func(a, b number) int { return cmp.Compare(a.column, b.column) })
		for i, n := range sorted {
			if n.column < 0 || int(n.column) >= columns || i > 0 && n.column == sorted[i-1].column {
				return nil, fmt.Errorf("sparse features of %d columns whose row %d has column %d, out of range or twice", columns, row, n.column)
			}
			if n.value != 0 {
				f.indices = append(f.indices, n.column)
				f.values = append(f.values, n.value)
			}
		}
		f.starts[row+1] = int32(len(f.indices))
	}
	return f, nil
}

func notFinite(v float32) bool { return v-v != 0 }

// Rows is the number of nodes.
func (f *Features) Rows() int { return f.rows }

// Columns is the number of features of a node.
func (f *Features) Columns() int { return f.columns }

// Sparse reports whether only nonzero values are kept.
func (f *Features) Sparse() bool { return f.sparse }

// NonZeros is the number of values that are not 0.
func (f *Features) NonZeros() int {
	if f.sparse {
		return len(f.values)
	}
	count := 0
	for _, v := range f.values {
		if v != 0 {
			count++
		}
	}
	return count
}

// Row yields the columns and values of a node's nonzero features.
func (f *Features) Row(node int) iter.Seq2[int, float32] {
	return func(yield func(int, float32) bool) {
		if f.sparse {
			for at := f.starts[node]; at < f.starts[node+1]; at++ {
				if !yield(int(f.indices[at]), f.values[at]) {
					return
				}
			}
			return
		}
		for column, value := range f.values[node*f.columns : (node+1)*f.columns] {
			if value != 0 && !yield(column, value) {
				return
			}
		}
	}
}

// Dense returns all values, row by row.
func (f *Features) Dense() []float32 {
	if !f.sparse {
		return slices.Clone(f.values)
	}
	dense := make([]float32, f.rows*f.columns)
	for row := range f.rows {
		for column, value := range f.Row(row) {
			dense[row*f.columns+column] = value
		}
	}
	return dense
}

// Compressed returns the nonzero values in compressed rows: row i has the numbers
// starts[i] to starts[i+1], and indices tell their columns.
func (f *Features) Compressed() (starts, indices []int32, values []float32) {
	if f.sparse {
		return slices.Clone(f.starts), slices.Clone(f.indices), slices.Clone(f.values)
	}
	starts = make([]int32, f.rows+1)
	for row := range f.rows {
		for column, value := range f.Row(row) {
			indices = append(indices, int32(column))
			values = append(values, value)
		}
		starts[row+1] = int32(len(values))
	}
	return starts, indices, values
}

// mapped is features of the same places with other values; change gets the values
// of a row and puts in the same slice what they become. Of no features it is none.
func (f *Features) mapped(change func(row []float32)) *Features {
	if f == nil {
		return nil
	}
	m := *f
	m.values = slices.Clone(f.values)
	for row := range f.rows {
		if f.sparse {
			change(m.values[f.starts[row]:f.starts[row+1]])
		} else {
			change(m.values[row*f.columns : (row+1)*f.columns])
		}
	}
	return &m
}

// selected is the features of some nodes, in their order.
func (f *Features) selected(nodes []int32) *Features {
	s := &Features{rows: len(nodes), columns: f.columns, sparse: f.sparse}
	if f.sparse {
		s.starts = make([]int32, 1, len(nodes)+1)
		elements := 0
		for _, node := range nodes {
			elements += int(f.starts[node+1] - f.starts[node])
		}
		s.indices, s.values = make([]int32, 0, elements), make([]float32, 0, elements)
	}
	for _, node := range nodes {
		if !f.sparse {
			s.values = append(s.values, f.values[int(node)*f.columns:(int(node)+1)*f.columns]...)
			continue
		}
		s.indices = append(s.indices, f.indices[f.starts[node]:f.starts[node+1]]...)
		s.values = append(s.values, f.values[f.starts[node]:f.starts[node+1]]...)
		s.starts = append(s.starts, int32(len(s.indices)))
	}
	return s
}
