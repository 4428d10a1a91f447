package figure

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// The measures of a figure.
const (
	panelWidth  = 5.6 * vg.Inch
	panelHeight = 3.5 * vg.Inch
	titleHeight = 17 * vg.Length(1)
	lineHeight  = 14 * vg.Length(1)
	margin      = 12 * vg.Length(1)
	panelGap    = 22 * vg.Length(1)
	pngDPI      = 192
)

// SVG renders the figure as a vector graphic with a white background. Text stays text, in
// Liberation Sans or a font of the same widths. A figure that cannot be drawn, such as one
// with points that are not finite, is an error.
func (f Figure) SVG() ([]byte, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	width, height := f.size()
	canvas := vgsvg.New(width, height)
	f.draw(draw.New(canvas))
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("write SVG: %w", err)
	}
	// The canvas writes pictures as PNG and calls them JPEG.
	svg := bytes.ReplaceAll(out.Bytes(), []byte("data:image/jpg;"), []byte("data:image/png;"))
	return bytes.ReplaceAll(svg,
		[]byte("font-family:Liberation Sans;"),
		[]byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")), nil
}

// PNG renders the figure at 192 dots an inch, twice the resolution of a common screen. It
// fails for the same figures as SVG.
func (f Figure) PNG() ([]byte, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	width, height := f.size()
	canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(pngDPI))
	f.draw(draw.New(canvas))
	var out bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(&out); err != nil {
		return nil, fmt.Errorf("write PNG: %w", err)
	}
	return out.Bytes(), nil
}

// Formats are the formats that Render knows.
func Formats() []string { return []string{"svg", "png"} }

// Render renders the figure in one of the Formats.
func (f Figure) Render(format string) ([]byte, error) {
	switch format {
	case "svg":
		return f.SVG()
	case "png":
		return f.PNG()
	default:
		return nil, fmt.Errorf("no figure format is called %q: there are %s", format, strings.Join(Formats(), ", "))
	}
}

// check returns an error for what cannot be drawn.
func (f Figure) check() error {
	if len(f.Panels) == 0 {
		return errors.New("the figure has no panels")
	}
	for _, panel := range f.Panels {
		if panel.Cells != nil {
			if err := checkCells(panel.Cells); err != nil {
				return fmt.Errorf("panel %q: %w", panel.Title, err)
			}
			continue
		}
		if len(panel.Lines) == 0 {
			return fmt.Errorf("panel %q has no lines", panel.Title)
		}
		for _, line := range panel.Lines {
			if err := cmp.Or(line.check(panel.Scale), line.checkCategories(panel.Categories)); err != nil {
				return fmt.Errorf("line %q: %w", line.Name, err)
			}
		}
	}
	return nil
}

func (l Line) check(scale Scale) error {
	if len(l.X) == 0 || len(l.X) != len(l.Y) || l.Deviation != nil && len(l.Deviation) != len(l.X) {
		return fmt.Errorf("%d, %d and %d values of x, y and deviation do not fit together", len(l.X), len(l.Y), len(l.Deviation))
	}
	for i := range l.X {
		if !finite(l.X[i]) || !finite(l.Y[i]) {
			return fmt.Errorf("point %d is (%v, %v)", i, l.X[i], l.Y[i])
		}
		if scale != Linear && l.X[i] <= 0 {
			return fmt.Errorf("point %d has x = %v on a logarithmic axis", i, l.X[i])
		}
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func (f Figure) size() (width, height vg.Length) {
	n := vg.Length(len(f.Panels))
	width = n*panelWidth + (n-1)*panelGap + 2*margin
	height = panelHeight + 2*margin + f.headHeight()
	return width, height
}

// headHeight is the room for title and subtitle.
func (f Figure) headHeight() vg.Length {
	var height vg.Length
	if f.Title != "" {
		height += titleHeight
	}
	if f.Subtitle != "" {
		height += lineHeight
	}
	if height > 0 {
		height += vg.Points(6)
	}
	return height
}

// sharedHeights hold those of all panels of lines, where these share them.
func (f Figure) sharedHeights() *heights {
	if !f.SameHeights {
		return nil
	}
	shared := heights{math.Inf(1), math.Inf(-1)}
	for _, panel := range f.Panels {
		if panel.Cells == nil {
			_, _, low, high := panel.ranges()
			shared = heights{min(shared.min, low), max(shared.max, high)}
		}
	}
	return &shared
}

func (f Figure) draw(c draw.Canvas) {
	c.FillPolygon(ground, []vg.Point{
		c.Min, {X: c.Min.X, Y: c.Max.Y}, c.Max, {X: c.Max.X, Y: c.Min.Y},
	})
	c = draw.Crop(c, margin, -margin, margin, -margin)
	top := c.Max.Y
	if f.Title != "" {
		c.FillText(fitted(titleStyle, f.Title, c.Max.X-c.Min.X), vg.Point{X: c.Min.X, Y: top}, f.Title)
		top -= titleHeight
	}
	if f.Subtitle != "" {
		c.FillText(fitted(subtitleStyle, f.Subtitle, c.Max.X-c.Min.X), vg.Point{X: c.Min.X, Y: top}, f.Subtitle)
	}
	c = draw.Crop(c, 0, 0, 0, -f.headHeight())
	shared := f.sharedHeights()
	for i, panel := range f.Panels {
		panel.heights = shared
		part := c
		part.Min.X += vg.Length(i) * (panelWidth + panelGap)
		part.Max.X = part.Min.X + panelWidth
		panel.draw(part)
	}
}
