package figure

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	groupWidth = 0.8  // of the bars of a category, as a fraction of the distance of categories
	barWidth   = 0.92 // of a bar, as a fraction of its share of the group's width
)

// bars draws a line as bars, one in each category: the line number place of as many as of.
type bars struct {
	Line
	place, of int
}

// checkCategories returns an error for a point whose X is not the number of a category, and
// for a negative height. Without categories it checks nothing.
func (l Line) checkCategories(categories []string) error {
	if categories == nil {
		return nil
	}
	for i, x := range l.X {
		if x != math.Trunc(x) || x < 0 || int(x) >= len(categories) {
			return fmt.Errorf("point %d is at %v, which is none of the %d categories", i, x, len(categories))
		}
		if l.Y[i] < 0 {
			return fmt.Errorf("point %d is a bar of height %v", i, l.Y[i])
		}
	}
	return nil
}

// Plot draws the bars with their deviations.
func (b bars) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	share := groupWidth / float64(b.of)
	for i, category := range b.X {
		center := category - groupWidth/2 + share*(float64(b.place)+0.5)
		left, right := x(center-barWidth*share/2), x(center+barWidth*share/2)
		c.FillPolygon(b.Color, []vg.Point{
			{X: left, Y: y(0)}, {X: left, Y: y(b.Y[i])}, {X: right, Y: y(b.Y[i])}, {X: right, Y: y(0)},
		})
		b.whisker(c, p, i, x(center), Ink)
	}
}

// whisker draws the deviation of a point as a vertical stroke through it.
func (l Line) whisker(c draw.Canvas, p *plot.Plot, point int, x vg.Length, ink color.Color) {
	deviation := l.deviation(point)
	if deviation == 0 {
		return
	}
	_, y := p.Transforms(&c)
	style := draw.LineStyle{Color: ink, Width: vg.Points(0.8)}
	c.StrokeLine2(style, x, y(l.Y[point]-deviation), x, y(l.Y[point]+deviation))
}

// categoryTicks have a label for each category.
func categoryTicks(categories []string) plot.ConstantTicks {
	ticks := make(plot.ConstantTicks, len(categories))
	for i, name := range categories {
		ticks[i] = plot.Tick{Value: float64(i), Label: name}
	}
	return ticks
}
