package numpy

import "fmt"

// Matrix is a sparse matrix in compressed rows (CSR). Row i has the entries e with
// Starts[i] ≤ e < Starts[i+1]: entry e is Values[e] in column Columns[e]. The columns of a
// row need not be sorted.
type Matrix struct {
	Rows, Cols int
	Starts     []int32
	Columns    []int32
	Values     []float32
}

// NewMatrix checks that the parts make a matrix: rows+1 starts that rise from 0 to the
// number of entries, and columns below cols. It keeps the slices.
func NewMatrix(rows, cols int, starts, columns []int32, values []float32) (*Matrix, error) {
	switch {
	case rows < 0 || cols < 0:
		return nil, fmt.Errorf("a matrix of %d×%d", rows, cols)
	case len(starts) != rows+1 || starts[0] != 0:
		return nil, fmt.Errorf("a matrix of %d rows whose index pointers are %d and do not begin at 0", rows, len(starts))
	case int(starts[rows]) != len(columns) || len(values) != len(columns):
		return nil, fmt.Errorf("a matrix whose rows end at %d with %d indices and %d values", starts[rows], len(columns), len(values))
	}
	for i := range rows {
		if starts[i] > starts[i+1] {
			return nil, fmt.Errorf("a matrix whose row %d ends before it begins", i)
		}
	}
	for _, column := range columns {
		if column < 0 || int(column) >= cols {
			return nil, fmt.Errorf("a matrix of %d columns with an entry in column %d", cols, column)
		}
	}
	return &Matrix{Rows: rows, Cols: cols, Starts: starts, Columns: columns, Values: values}, nil
}

// matrixOf makes a matrix of SciPy's arrays indptr, indices and data.
func matrixOf(rows, cols int, starts, columns, values *Array) (*Matrix, error) {
	s, err := starts.Integers()
	if err != nil {
		return nil, fmt.Errorf("index pointers: %w", err)
	}
	c, err := columns.Integers()
	if err != nil {
		return nil, fmt.Errorf("indices: %w", err)
	}
	v, err := values.Floats()
	if err != nil {
		return nil, fmt.Errorf("values: %w", err)
	}
	return NewMatrix(rows, cols, s, c, v)
}
