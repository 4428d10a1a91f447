package figure

import (
	"fmt"
	"image/color"
	"strings"
)

// Figure is a chart: a title and panels side by side.
type Figure struct {
	Title    string
	Subtitle string
	Panels   []Panel
	// SameHeights gives all panels of lines the vertical axis that holds them all, so
	// that their heights can be compared.
	SameHeights bool
}

// Panel is one pair of axes with its lines, or a picture of a matrix.
type Panel struct {
	// Title stands above the panel; a figure of one panel needs none.
	Title string
	// X and Y are the axes' labels, with units.
	X, Y string
	// Scale is that of the horizontal axis.
	Scale Scale
	Lines []Line
	// Categories, if not nil, turns lines into bars, one for each point: X is the number
	// of its category, counted from 0, and Y its height, which is not negative. Bars of
	// one category stand side by side.
	Categories []string
	// Cells, if not nil, is a matrix [rows, columns] that is drawn in place of lines, true
	// cells dark. X and Y then say what columns and rows are.
	Cells [][]bool

	heights *heights // of the figure, where its panels share them
}

// heights are the ends of a vertical axis.
type heights struct{ min, max float64 }

// Scale is how a horizontal axis runs.
type Scale int

const (
	// Linear runs from left to right.
	Linear Scale = iota
	// LogarithmicDown is logarithmic and runs from the greatest value at the left
	// to the least at the right, as the fraction of weights that remain does.
	LogarithmicDown
	// Logarithmic runs from left to right.
	Logarithmic
)

// Line is a series of points in the order of X.
type Line struct {
	Name string
	X, Y []float64
	// Deviation is half the height of the band around each point; nil for no
	// band, and NaN for none at a point.
	Deviation []float64
	Color     color.NRGBA
	// Reference draws a dashed line without markers over the whole width of the panel, at
	// the height of the first point, for a value with which lines are compared.
	Reference bool
	// Plain draws the line without markers, for lines of many points. A line of a single
	// point keeps its marker.
	Plain bool
	// Dashed draws the line dashed and without markers, for what was aimed at beside what
	// was reached.
	Dashed bool
	// Front draws a ring around each point and dashed stairs between them, for the
	// greatest Y that can be reached with X or less.
	Front bool
}

// The palette is Okabe and Ito's, whose colours people with any kind of colour
// vision can tell apart.
var (
	Blue       = color.NRGBA{0x00, 0x72, 0xB2, 0xFF}
	Vermillion = color.NRGBA{0xD5, 0x5E, 0x00, 0xFF}
	Green      = color.NRGBA{0x00, 0x9E, 0x73, 0xFF}
	Purple     = color.NRGBA{0xB5, 0x5B, 0x91, 0xFF}
	Orange     = color.NRGBA{0xD9, 0x95, 0x00, 0xFF}
	Sky        = color.NRGBA{0x3F, 0x9F, 0xD8, 0xFF}
	Grey       = color.NRGBA{0x6E, 0x6E, 0x6E, 0xFF}
	// Ink is the colour of titles, also for remarks on lines of other colours.
	Ink = color.NRGBA{0x22, 0x22, 0x22, 0xFF}
)

// Palette returns the colours for lines without an order, in the order to use them.
func Palette() []color.NRGBA {
	return []color.NRGBA{Blue, Vermillion, Green, Purple, Orange, Sky, Grey}
}

// Sequence returns the colour for a place between 0 and 1 in an order. Colours go from a
// light orange through violet to a dark blue, so that the order survives printing in grey.
func Sequence(place float64) color.NRGBA {
	stops := []color.NRGBA{
		{0xF2, 0xA9, 0x3B, 0xFF}, {0xDB, 0x5C, 0x68, 0xFF}, {0x9C, 0x17, 0x9E, 0xFF}, {0x2B, 0x1B, 0x7E, 0xFF},
	}
	at := max(0, min(1, place)) * float64(len(stops)-1)
	i := min(int(at), len(stops)-2)
	mix := func(a, b uint8) uint8 { return uint8(float64(a) + (at-float64(i))*(float64(b)-float64(a)) + 0.5) }
	a, b := stops[i], stops[i+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xFF}
}

// Dark returns a darker colour, for a second line when the palette has no more.
func Dark(c color.NRGBA) color.NRGBA {
	darker := func(x uint8) uint8 { return uint8(uint(x) * 9 / 20) }
	return color.NRGBA{darker(c.R), darker(c.G), darker(c.B), c.A}
}

// faded is the colour at an opacity between 0 and 1.
func faded(c color.NRGBA, opacity float64) color.NRGBA {
	c.A = uint8(255*opacity + 0.5)
	return c
}

// String describes in words what the figure shows, for readers who cannot see it.
func (f Figure) String() string {
	var parts []string
	for _, panel := range f.Panels {
		var names []string
		for _, line := range panel.Lines {
			names = append(names, line.Name)
		}
		part := panel.Y + " against " + panel.X + ": " + strings.Join(names, ", ")
		if len(panel.Cells) > 0 {
			part = fmt.Sprintf("%d %s by %d %s", len(panel.Cells), panel.Y, len(panel.Cells[0]), panel.X)
		}
		if panel.Title != "" {
			part = panel.Title + ", " + part
		}
		parts = append(parts, part)
	}
	return "Figure: " + f.Title + ". " + strings.Join(parts, "; ")
}
