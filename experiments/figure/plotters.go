package figure

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// grid draws a light line across the panel at each tick of the vertical axis and
// the tick's label at its left.
type grid plot.ConstantTicks

// Plot draws the lines.
func (g grid) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	for _, tick := range g {
		at := y(tick.Value)
		if !c.ContainsY(at) {
			continue
		}
		c.StrokeLine2(draw.LineStyle{Color: gridInk, Width: vg.Points(0.8)}, c.Min.X, at, c.Max.X, at)
		c.FillText(valueStyle, vg.Point{X: c.Min.X - valueGap, Y: at + middle(valueStyle)}, tick.Label)
	}
}

// width is the room that the labels take at the left.
func (g grid) width() vg.Length {
	var width vg.Length
	for _, tick := range g {
		width = max(width, valueStyle.Width(tick.Label))
	}
	return width + valueGap
}

// band fills the deviation around a line.
type band Line

// Plot fills the band.
func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	line := Line(b)
	if line.Deviation == nil {
		return
	}
	x, y := p.Transforms(&c)
	points := line.points(c, p)
	if line.Reference {
		c.FillPolygon(faded(line.Color, 0.10), c.ClipPolygonXY([]vg.Point{
			{X: c.Min.X, Y: y(line.Y[0] - line.deviation(0))}, {X: c.Min.X, Y: y(line.Y[0] + line.deviation(0))},
			{X: c.Max.X, Y: y(line.Y[0] + line.deviation(0))}, {X: c.Max.X, Y: y(line.Y[0] - line.deviation(0))},
		}))
		return
	}
	if len(points) < 2 {
		line.whisker(c, p, 0, points[0].X, line.Color)
		return
	}
	var outline []vg.Point
	for i := range line.X {
		outline = append(outline, vg.Point{X: x(line.X[i]), Y: y(line.Y[i] + line.deviation(i))})
	}
	for i := len(line.X) - 1; i >= 0; i-- {
		outline = append(outline, vg.Point{X: x(line.X[i]), Y: y(line.Y[i] - line.deviation(i))})
	}
	c.FillPolygon(faded(line.Color, 0.14), c.ClipPolygonXY(outline))
}

// stroke draws a line and its markers.
type stroke Line

// Plot draws the line.
func (s stroke) Plot(c draw.Canvas, p *plot.Plot) {
	line := Line(s)
	points := line.points(c, p)
	style := draw.LineStyle{Color: line.Color, Width: lineSize}
	if line.Reference || line.Dashed || line.Front {
		style.Width, style.Dashes = vg.Points(1.2), []vg.Length{vg.Points(5), vg.Points(3)}
	}
	if line.Front {
		c.StrokeLines(style, stairs(points))
		for _, point := range points {
			c.DrawGlyphNoClip(draw.GlyphStyle{Color: line.Color, Radius: vg.Points(5), Shape: draw.RingGlyph{}}, point)
		}
		return
	}
	c.StrokeLines(style, points)
	if line.Reference || line.Dashed || line.Plain && len(points) > 1 {
		return // a single point cannot be seen without its marker
	}
	for _, point := range points {
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: ground, Radius: vg.Points(3.4), Shape: draw.CircleGlyph{}}, point)
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: line.Color, Radius: vg.Points(2.5), Shape: draw.CircleGlyph{}}, point)
	}
}

// points are where the line runs on the canvas.
func (l Line) points(c draw.Canvas, p *plot.Plot) []vg.Point {
	x, y := p.Transforms(&c)
	if l.Reference {
		return []vg.Point{{X: c.Min.X, Y: y(l.Y[0])}, {X: c.Max.X, Y: y(l.Y[0])}}
	}
	points := make([]vg.Point, len(l.X))
	for i := range points {
		points[i] = vg.Point{X: x(l.X[i]), Y: y(l.Y[i])}
	}
	return points
}

// stairs go from each point to the next along the horizontal axis first.
func stairs(points []vg.Point) []vg.Point {
	steps := points[:1:1]
	for i := 1; i < len(points); i++ {
		steps = append(steps, vg.Point{X: points[i].X, Y: points[i-1].Y}, points[i])
	}
	return steps
}
