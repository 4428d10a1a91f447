package prune

// rows sees a parameter as a matrix in which a row is an output channel and a column a
// weight that each channel has: the place (input channel, kernel row, kernel column),
// in this order, which is PyTorch's.
type rows struct {
	count, columns int
	positions      int // in a kernel
	inputs         int
}

func rowsOf(shape []int) rows {
	last := len(shape) - 1
	r := rows{count: shape[last], inputs: 1, positions: 1}
	for axis, side := range shape[:last] {
		if axis == last-1 {
			r.inputs = side
		} else {
			r.positions *= side
		}
	}
	r.columns = r.inputs * r.positions
	return r
}

// place is a column's index among the parameter's own places, kernel row, kernel
// column, input channel: the weight of a row there has the flat index
// place·count + row.
func (r rows) place(column int) int {
	return column%r.positions*r.inputs + column/r.positions
}

// column is the inverse of place.
func (r rows) column(place int) int {
	return place%r.inputs*r.positions + place/r.inputs
}

// live is a parameter's mask by row and column.
func (r rows) live(m *Mask, name string) [][]bool {
	matrix := make([][]bool, r.count)
	for i := range matrix {
		matrix[i] = make([]bool, r.columns)
	}
	for i := range m.Live(name) {
		matrix[i%r.count][r.column(i/r.count)] = true
	}
	return matrix
}

// Matrix is a parameter's mask as a matrix: a row for each output channel, and in it a
// column for each weight that a channel has, in the order input channel, kernel row,
// kernel column. A parameter with one axis, such as the edges of a graph, has a single
// column. It is nil where the parameter is not masked.
func (m *Mask) Matrix(parameter string) [][]bool {
	t, ok := m.tensor(parameter)
	if !ok {
		return nil
	}
	return rowsOf(t.shape).live(m, parameter)
}
