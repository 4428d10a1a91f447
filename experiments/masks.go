package experiments

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"

	"espalier/experiments/figure"
	"espalier/lth"
	"espalier/prune"
)

// studyFolder is the folder in a cell's own that its study of tickets keeps.
const studyFolder = "study"

// Mask reads the mask that a cell of an experiment on tickets has found for a level.
func (s *Store) Mask(d Desc, level int) (*prune.Mask, error) {
	mask, err := lth.ReadMask(lth.LevelFolder(filepath.Join(s.CellFolder(d), studyFolder), d.Method, level))
	if err != nil {
		return nil, fmt.Errorf("the mask of %s, level %d: %w", d, level, err)
	}
	return mask, nil
}

// MaskFigure draws the masks that results have for one weight matrix of the network at
// a level, a panel for each: rows are output channels, columns the inputs that they
// multiply, and living weights are dark. Rows to which the last result has given the
// same columns are neighbours, so that its blocks show.
func (s *Store) MaskFigure(results []*Result, level int, parameter string) (figure.Figure, error) {
	var masks []*prune.Mask
	for _, result := range results {
		mask, err := s.Mask(result.Desc, level)
		if err != nil {
			return figure.Figure{}, err
		}
		if mask.Matrix(parameter) == nil {
			return figure.Figure{}, unknown("masked parameter", parameter, mask.Names())
		}
		masks = append(masks, mask)
	}
	if len(masks) == 0 {
		return figure.Figure{}, fmt.Errorf("there are no results whose masks of %s could be drawn", parameter)
	}
	order := similarRows(masks[len(masks)-1].Matrix(parameter))
	drawn := figure.Figure{
		Title:    "Masks of " + parameter,
		Subtitle: fmt.Sprintf("%s; level %d, seed %d; what lives is dark", settingTitle(results[0].Desc.Setting()), level, results[0].Desc.Seed),
	}
	for i, mask := range masks {
		matrix := mask.Matrix(parameter)
		cells := make([][]bool, len(order))
		for at, row := range order {
			cells[at] = matrix[row]
		}
		drawn.Panels = append(drawn.Panels, figure.Panel{
			Title: fmt.Sprintf("%s, %s of the weights", methodTitle(Summary{Setting: results[i].Desc, Method: results[i].Desc.Method}), percent(mask.DensityOf(parameter), 1)),
			X:     "weights of a channel", Y: "output channels", Cells: cells,
		})
	}
	return drawn, nil
}

// similarRows orders the rows of a matrix by their cells, equal ones as they come.
func similarRows(matrix [][]bool) []int {
	order := make([]int, len(matrix))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		for column, x := range matrix[a] {
			if y := matrix[b][column]; x != y {
				return cmp.Compare(rank(x), rank(y))
			}
		}
		return 0
	})
	return order
}

// rank sorts what lives first.
func rank(lives bool) int {
	if lives {
		return 0
	}
	return 1
}
