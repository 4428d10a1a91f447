package figure

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// draw draws the panel: its title and the vertical axis' label above, the lines'
// names in a margin at the right.
func (panel Panel) draw(c draw.Canvas) {
	top := c.Max.Y
	if panel.Title != "" {
		c.FillText(panelStyle, vg.Point{X: c.Min.X, Y: top}, panel.Title)
		top -= lineHeight
	}
	c.FillText(axisStyle, vg.Point{X: c.Min.X, Y: top}, panel.Y)
	top -= lineHeight + vg.Points(5)
	if panel.Cells != nil {
		panel.drawCells(draw.Crop(c, 0, 0, 0, top-c.Max.Y))
		return
	}
	p, values := panel.plot()
	area := draw.Crop(c, values.width(), -panel.nameWidth(), 0, top-c.Max.Y)
	p.Draw(area)
	panel.drawNames(c, p.DataCanvas(area), p)
}

// plot returns the panel's plot, without the names of the lines, and its grid, whose labels
// need room at the left. The first line is drawn on top of the others.
func (panel Panel) plot() (*plot.Plot, grid) {
	p := newPlot()
	xMin, xMax, yMin, yMax := panel.ranges()
	if panel.heights != nil {
		yMin, yMax = panel.heights.min, panel.heights.max
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = xMin, xMax, yMin, yMax
	p.X.Label.Text = panel.X
	p.X.Tick.Marker = panel.ticks(xMin, xMax, 6, func(l Line) []float64 { return l.X })
	switch panel.Scale {
	case LogarithmicDown:
		p.X.Scale = plot.InvertedScale{Normalizer: plot.LogScale{}}
		p.X.Tick.Marker = logTicks(xMin, xMax)
	case Logarithmic:
		p.X.Scale = plot.LogScale{}
		p.X.Tick.Marker = logTicks(xMin, xMax)
	}
	values := grid(panel.ticks(yMin, yMax, 5, func(l Line) []float64 { return l.Y }))
	p.Add(values)
	if panel.Categories != nil {
		p.X.Tick.Marker = categoryTicks(panel.Categories)
		for i, line := range panel.Lines {
			p.Add(bars{line, i, len(panel.Lines)})
		}
		return p, values
	}
	for _, line := range panel.Lines {
		p.Add(band(line))
	}
	for _, line := range slices.Backward(panel.Lines) {
		p.Add(stroke(line))
	}
	return p, values
}

// ticks are those of a linear axis, given the values along it. Counts, such as iterations,
// have no ticks between whole numbers.
func (panel Panel) ticks(lo, hi float64, n int, along func(Line) []float64) plot.ConstantTicks {
	for _, line := range panel.Lines {
		if slices.ContainsFunc(along(line), func(x float64) bool { return x != math.Trunc(x) }) {
			return linearTicks(lo, hi, n)
		}
	}
	return wholeTicks(lo, hi, n)
}

// ranges are the ranges of the axes, with some space above and below the data.
func (panel Panel) ranges() (xMin, xMax, yMin, yMax float64) {
	xMin, yMin = math.Inf(1), math.Inf(1)
	xMax, yMax = math.Inf(-1), math.Inf(-1)
	for _, line := range panel.Lines {
		for i := range line.X {
			deviation := line.deviation(i)
			xMin, xMax = min(xMin, line.X[i]), max(xMax, line.X[i])
			yMin, yMax = min(yMin, line.Y[i]-deviation), max(yMax, line.Y[i]+deviation)
		}
	}
	if panel.Categories != nil {
		return -0.5, float64(len(panel.Categories)) - 0.5, 0, cmp.Or(1.05*max(0, yMax), 1)
	}
	if xMin == xMax {
		switch panel.Scale {
		case Linear:
			xMin, xMax = xMin-1, xMax+1
		case Logarithmic:
			xMin, xMax = xMin*0.5, xMax*2
		case LogarithmicDown: // from the greatest value, which may be the whole
			xMin *= 0.5
		}
	}
	if panel.Scale != Linear {
		xMin = logFloor(xMin)
	}
	if yMin == yMax {
		yMin, yMax = yMin-1, yMax+1
	}
	air := 0.05 * (yMax - yMin)
	return xMin, xMax, yMin - air, yMax + air
}

// deviation is that of a point, 0 where there is none.
func (l Line) deviation(i int) float64 {
	if l.Deviation == nil || !finite(l.Deviation[i]) {
		return 0
	}
	return l.Deviation[i]
}
