package simd

// ColumnMoments are the mean of each column of a matrix, and the sum of the squared
// differences from it, over the rows added so far.
//
// Within short blocks of rows, differences from the block's first row are summed in
// float32, and blocks are joined in float64 (T. F. Chan, G. H. Golub, R. J. LeVeque,
// Algorithms for computing the sample variance, 1983), so that a mean far from zero costs
// no digits of the variance.
type ColumnMoments struct {
	Rows    int       // that were added
	Mean    []float64 // of each column
	Squares []float64 // Σ (x − Mean)² of each column
}

// momentBlock is about how many elements are summed in float32.
const momentBlock = 1 << 12

// NewColumnMoments returns the moments of no rows.
func NewColumnMoments(columns int) *ColumnMoments {
	return &ColumnMoments{Mean: make([]float64, columns), Squares: make([]float64, columns)}
}

// Reset forgets all rows.
func (m *ColumnMoments) Reset() {
	m.Rows = 0
	clear(m.Mean)
	clear(m.Squares)
}

// Add adds the rows of x, whose length must be a multiple of the number of columns.
func (m *ColumnMoments) Add(x []float32) {
	columns := len(m.Mean)
	if columns == 0 {
		return
	}
	sums := newScratch(2 * columns)
	defer sums.free()
	block := max(16, momentBlock/columns) * columns
	for len(x) > 0 {
		part := x[:min(block, len(x))]
		x = x[len(part):]
		rows := len(part) / columns
		active.columnMoments(&sums.data[0], &sums.data[columns], &part[0], &part[0], rows, columns, columns)
		// sums.data holds, for each column, the sum and the squares of the differences
		// from the block's first row.
		total := m.Rows + rows
		share, weight := float64(rows)/float64(total), float64(m.Rows)*float64(rows)/float64(total)
		for j := range columns {
			sum := float64(sums.data[j])
			mean := sum / float64(rows)
			squares := max(0, float64(sums.data[columns+j])-sum*mean)
			difference := float64(part[j]) + mean - m.Mean[j]
			m.Mean[j] += difference * share
			m.Squares[j] += squares + difference*difference*weight
		}
		m.Rows = total
	}
}

// Join adds the rows of other moments of as many columns, given by their fields.
func (m *ColumnMoments) Join(rows int, mean, squares []float64) {
	if rows == 0 {
		return
	}
	total := m.Rows + rows
	share, weight := float64(rows)/float64(total), float64(m.Rows)*float64(rows)/float64(total)
	for j := range m.Mean {
		difference := mean[j] - m.Mean[j]
		m.Mean[j] += difference * share
		m.Squares[j] += squares[j] + difference*difference*weight
	}
	m.Rows = total
}
