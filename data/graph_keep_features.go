package data

import "fmt"

// KeepFeatures is the graph with only those columns of its features for which keep is
// true, in their order.
func (g *Graph) KeepFeatures(keep []bool) (*Graph, error) {
	f := g.Features()
	if f == nil {
		return nil, fmt.Errorf("graph %q has no features", g.Name())
	}
	if len(keep) != f.columns {
		return nil, fmt.Errorf("graph %q: %d marks for %d features", g.Name(), len(keep), f.columns)
	}
	return g.withFeatures("pruned features", f.chosen(keep)), nil
}

// chosen is some of the columns.
func (f *Features) chosen(keep []bool) *Features {
	number := make([]int32, f.columns)
	c := &Features{rows: f.rows, sparse: f.sparse}
	for column, kept := range keep {
		number[column] = -1
		if kept {
			number[column] = int32(c.columns)
			c.columns++
		}
	}
	if !f.sparse {
		for at, value := range f.values {
			if keep[at%f.columns] {
				c.values = append(c.values, value)
			}
		}
		return c
	}
	elements := 0
	for _, column := range f.indices {
		if number[column] >= 0 {
			elements++
		}
	}
	c.starts = make([]int32, 1, f.rows+1)
	c.indices, c.values = make([]int32, 0, elements), make([]float32, 0, elements)
	for row := range f.rows {
		for at := f.starts[row]; at < f.starts[row+1]; at++ {
			if n := number[f.indices[at]]; n >= 0 {
				c.indices, c.values = append(c.indices, n), append(c.values, f.values[at])
			}
		}
		c.starts = append(c.starts, int32(len(c.values)))
	}
	return c
}
