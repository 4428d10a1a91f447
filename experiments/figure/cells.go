package figure

import (
	"errors"
	"fmt"
	"image"
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// cellPixels is how many pixels wide and high a cell of a matrix is at least, so that
// enlarging the picture does not blur it.
const cellPixels = 4

func checkCells(cells [][]bool) error {
	if len(cells) == 0 || len(cells[0]) == 0 {
		return errors.New("the matrix is empty")
	}
	for i, row := range cells {
		if len(row) != len(cells[0]) {
			return fmt.Errorf("row %d of the matrix has %d cells, row 0 has %d", i, len(row), len(cells[0]))
		}
	}
	return nil
}

// drawCells draws the matrix over the whole canvas, except for the columns' label below.
func (panel Panel) drawCells(c draw.Canvas) {
	area := draw.Crop(c, 0, 0, lineHeight+vg.Points(3), 0)
	c.DrawImage(area.Rectangle, panel.picture())
	c.StrokeLines(draw.LineStyle{Color: axisInk, Width: vg.Points(0.7)}, []vg.Point{
		area.Min, {X: area.Min.X, Y: area.Max.Y}, area.Max, {X: area.Max.X, Y: area.Min.Y}, area.Min,
	})
	c.FillText(axisStyle, vg.Point{X: c.Min.X, Y: area.Min.Y - vg.Points(3)}, panel.X)
}

// picture is the matrix, a square of pixels for each cell.
func (panel Panel) picture() image.Image {
	picture := image.NewPaletted(image.Rect(0, 0, cellPixels*len(panel.Cells[0]), cellPixels*len(panel.Cells)), color.Palette{ground, Blue})
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			if panel.Cells[y/cellPixels][x/cellPixels] {
				picture.SetColorIndex(x, y, 1)
			}
		}
	}
	return picture
}
