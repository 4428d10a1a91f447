package figure

import (
	"image/color"

	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var (
	ground   = color.NRGBA{0xFF, 0xFF, 0xFF, 0xFF}
	softInk  = color.NRGBA{0x5A, 0x5A, 0x5A, 0xFF}
	axisInk  = color.NRGBA{0x8A, 0x8A, 0x8A, 0xFF}
	gridInk  = color.NRGBA{0xE6, 0xE6, 0xE6, 0xFF}
	lineSize = vg.Points(1.7)
)

var (
	titleStyle    = textStyle(13, stdfont.WeightBold, Ink, draw.XLeft, draw.YTop)
	subtitleStyle = textStyle(10, stdfont.WeightNormal, softInk, draw.XLeft, draw.YTop)
	panelStyle    = textStyle(10.5, stdfont.WeightBold, Ink, draw.XLeft, draw.YTop)
	axisStyle     = textStyle(9.5, stdfont.WeightNormal, softInk, draw.XLeft, draw.YTop)
	tickStyle     = textStyle(9, stdfont.WeightNormal, softInk, draw.XCenter, draw.YTop)
	valueStyle    = textStyle(9, stdfont.WeightNormal, softInk, draw.XRight, draw.YCenter)
	nameStyle     = textStyle(9.5, stdfont.WeightBold, Ink, draw.XLeft, draw.YCenter)
)

func textStyle(size vg.Length, weight stdfont.Weight, c color.Color, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{
		Color:   c,
		Font:    font.From(font.Font{Typeface: "Liberation", Variant: "Sans", Weight: weight}, size),
		XAlign:  x,
		YAlign:  y,
		Handler: plot.DefaultTextHandler,
	}
}

// newPlot returns an empty plot in the style of this package: no frame, light
// horizontal grid lines, texts in grey.
func newPlot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	p.TextHandler = tickStyle.Handler
	p.X.Label.TextStyle, p.X.Tick.Label = axisStyle, tickStyle
	p.X.Label.TextStyle.XAlign, p.X.Label.TextStyle.YAlign = draw.XCenter, draw.YBottom
	p.X.Label.Padding = vg.Points(5)
	p.X.LineStyle = draw.LineStyle{Color: axisInk, Width: vg.Points(0.7)}
	p.X.Tick.LineStyle = p.X.LineStyle
	p.X.Tick.Length = vg.Points(4)
	p.X.Padding = vg.Points(3)
	p.Y.LineStyle.Width, p.Y.Tick.Length = 0, 0
	p.Y.Tick.Marker = plot.ConstantTicks{} // the grid has the labels
	p.Y.Padding = 0
	return p
}

// valueGap is between the values of the vertical axis and the panel.
const valueGap = 6 * vg.Length(1)

// middle is by how much a vertically centred line of text has to be raised so that its
// capitals and digits are centred.
func middle(style text.Style) vg.Length { return style.FontExtents().Descent / 3 }

// fitted is the style in a smaller size if a line of text would otherwise be wider than
// room.
func fitted(style text.Style, line string, room vg.Length) text.Style {
	if width := style.Width(line); width > room {
		style.Font.Size *= room / width
	}
	return style
}
