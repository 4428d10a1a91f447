package figure

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	nameGap    = 16 * vg.Length(1) // between the end of a line and its name
	nameHeight = 12.5 * vg.Length(1)
)

// nameWidth is the width of the margin at the right for the names of the lines.
func (panel Panel) nameWidth() vg.Length {
	var width vg.Length
	for _, line := range panel.Lines {
		width = max(width, nameStyle.Width(line.Name))
	}
	if width == 0 {
		return 0
	}
	return width + nameGap
}

// drawNames writes each line's name beside its end, in its colour. Names that would overlap
// are moved apart and connected with their lines. The names of bars form a list.
func (panel Panel) drawNames(whole, data draw.Canvas, p *plot.Plot) {
	type name struct {
		line Line
		end  vg.Point
		y    vg.Length
	}
	var names []name
	for _, line := range panel.Lines {
		if line.Name == "" {
			continue
		}
		end := vg.Point{X: data.Max.X, Y: data.Max.Y - nameHeight*vg.Length(len(names))}
		if panel.Categories == nil {
			end = slices.MaxFunc(line.points(data, p), func(a, b vg.Point) int { return cmp.Compare(a.X, b.X) })
		}
		names = append(names, name{line, end, end.Y})
	}
	slices.SortStableFunc(names, func(a, b name) int { return cmp.Compare(a.end.Y, b.end.Y) })
	heights := make([]vg.Length, len(names))
	for i, n := range names {
		heights[i] = n.y
	}
	spread(heights, nameHeight, data.Min.Y, whole.Max.Y-lineHeight)
	for i, n := range names {
		style := nameStyle
		style.Color = n.line.Color
		at := vg.Point{X: data.Max.X + nameGap, Y: heights[i]}
		if panel.Categories == nil {
			tie := draw.LineStyle{Color: faded(n.line.Color, 0.55), Width: vg.Points(0.7)}
			whole.StrokeLines(tie, []vg.Point{
				{X: n.end.X + vg.Points(4), Y: n.end.Y}, {X: at.X - vg.Points(3), Y: at.Y},
			})
		}
		whole.FillText(style, vg.Point{X: at.X, Y: at.Y + middle(style)}, n.line.Name)
	}
}

// spread moves sorted heights apart until neighbours have at least the distance gap, and
// keeps them between low and high. Heights that would be too close form a group, which is
// centred at their mean.
func spread(heights []vg.Length, gap, low, high vg.Length) {
	type group struct {
		sum      vg.Length // of the heights before
		first, n int
	}
	half := func(g group) vg.Length { return gap * vg.Length(g.n-1) / 2 }
	center := func(g group) vg.Length {
		return max(low+half(g), min(high-half(g), g.sum/vg.Length(g.n)))
	}
	var groups []group
	for i, h := range heights {
		groups = append(groups, group{h, i, 1})
		for len(groups) > 1 {
			a, b := groups[len(groups)-2], groups[len(groups)-1]
			if center(b)-half(b)-center(a)-half(a) >= gap {
				break
			}
			groups = append(groups[:len(groups)-2], group{a.sum + b.sum, a.first, a.n + b.n})
		}
	}
	for _, g := range groups {
		for i := range g.n {
			heights[g.first+i] = center(g) - half(g) + gap*vg.Length(i)
		}
	}
}
