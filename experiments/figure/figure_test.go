package figure_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"

	"espalier/experiments/figure"
)

// sample has lines whose ends are near each other, a reference, a band with a hole,
// and letters that XML must escape.
func sample() figure.Figure {
	remaining := []float64{100, 60.2, 36.3, 21.9, 13.2, 8.0, 4.9}
	return figure.Figure{
		Title: "Winning tickets", Subtitle: "mean & deviation of <2> seeds",
		Panels: []figure.Panel{{X: "weights remaining (%)", Y: "test accuracy (%)", Scale: figure.LogarithmicDown, Lines: []figure.Line{
			{Name: "winning ticket", X: remaining, Y: []float64{96.2, 96.4, 96.5, 96.3, 95.8, 94.9, 92.5}, Deviation: []float64{.2, .2, .3, .2, .3, .4, .9}, Color: figure.Blue},
			{Name: "random mask", X: remaining, Y: []float64{96.2, 95.8, 95.0, 93.6, 91, 87.0, 80.4}, Deviation: []float64{.2, .2, .3, .4, .7, 1.2, math.NaN()}, Color: figure.Green},
			{Name: "shuffled mask", X: remaining, Y: []float64{96.2, 95.8, 95.1, 93.7, 91.4, 87.3, 80.5}, Color: figure.Purple},
			{Name: "dense", X: remaining[:1], Y: []float64{96.2}, Deviation: []float64{.2}, Color: figure.Grey, Reference: true},
		}}},
	}
}

func TestSVGIsWellFormedAndNamesEveryLine(t *testing.T) {
	svg, err := sample().SVG()
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		if text, ok := token.(xml.CharData); ok && strings.TrimSpace(string(text)) != "" {
			texts = append(texts, strings.TrimSpace(string(text)))
		}
	}
	all := strings.Join(texts, "\n")
	for _, want := range []string{
		"Winning tickets", "mean & deviation of <2> seeds", "winning ticket", "random mask", "shuffled mask", "dense",
		"weights remaining (%)", "test accuracy (%)", "100", "50", "20", "10",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the figure lacks the text %q", want)
		}
	}
	if !bytes.Contains(svg, []byte("'Liberation Sans',Arial")) {
		t.Error("the figure's font has nothing to fall back on")
	}
}

func TestPNGHasItsSizeAndColours(t *testing.T) {
	picture, err := sample().PNG()
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	bounds := decoded.Bounds()
	if bounds.Dx() < 1000 || bounds.Dy() < 700 {
		t.Errorf("the picture is %v", bounds)
	}
	seen := map[[3]uint32]bool{}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			r, g, b, _ := decoded.At(x, y).RGBA()
			seen[[3]uint32{r >> 8, g >> 8, b >> 8}] = true
		}
	}
	for _, line := range sample().Panels[0].Lines {
		if c := line.Color; !seen[[3]uint32{uint32(c.R), uint32(c.G), uint32(c.B)}] {
			t.Errorf("no pixel has the colour of %s", line.Name)
		}
	}
	if !seen[[3]uint32{255, 255, 255}] {
		t.Error("the ground is not white")
	}
}

func TestFiguresAreTheSameEveryTime(t *testing.T) {
	for _, format := range figure.Formats() {
		first, err := sample().Render(format)
		if err != nil {
			t.Fatal(err)
		}
		again, err := sample().Render(format)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, again) {
			t.Errorf("%s differs from time to time", format)
		}
	}
}

func TestPanelsStandSideBySide(t *testing.T) {
	two := sample()
	two.Panels = append(two.Panels, two.Panels[0])
	one, err := sample().PNG()
	if err != nil {
		t.Fatal(err)
	}
	wide, err := two.PNG()
	if err != nil {
		t.Fatal(err)
	}
	a, err := png.DecodeConfig(bytes.NewReader(one))
	if err != nil {
		t.Fatal(err)
	}
	b, err := png.DecodeConfig(bytes.NewReader(wide))
	if err != nil {
		t.Fatal(err)
	}
	if b.Width < 19*a.Width/10 || a.Height != b.Height {
		t.Errorf("one panel is %d×%d, two are %d×%d", a.Width, a.Height, b.Width, b.Height)
	}
}

// A matrix is drawn as a picture of its cells.
func TestMatricesAreDrawn(t *testing.T) {
	cells := [][]bool{{true, false, true, false}, {false, false, false, false}, {true, true, true, true}}
	f := figure.Figure{Title: "Masks", Panels: []figure.Panel{
		{Title: "Refill", X: "columns", Y: "rows", Cells: cells}, {Title: "none", X: "columns", Y: "rows", Cells: [][]bool{{false}}},
	}}
	if got, want := f.String(), "Figure: Masks. Refill, 3 rows by 4 columns; none, 1 rows by 1 columns"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	empty := figure.Figure{Title: "Masks", Panels: []figure.Panel{{X: "columns", Y: "rows", Cells: [][]bool{}}}}
	if got, want := empty.String(), "Figure: Masks. rows against columns: "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	svg, err := f.SVG()
	if err != nil || bytes.Count(svg, []byte("data:image/png;base64,")) != 2 {
		t.Errorf("the SVG has no two pictures, %v", err)
	}
	picture, err := f.PNG()
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	// Half of the cells of one panel of two, less texts and margins, are dark.
	dark := 0
	bounds := decoded.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if r, g, b, _ := decoded.At(x, y).RGBA(); uint8(r>>8) == figure.Blue.R && uint8(g>>8) == figure.Blue.G && uint8(b>>8) == figure.Blue.B {
				dark++
			}
		}
	}
	if part := float64(dark) / float64(bounds.Dx()*bounds.Dy()); part < 0.12 || part > 0.25 {
		t.Errorf("%.3f of the figure is dark", part)
	}
	for want, cells := range map[string][][]bool{"the matrix is empty": {}, "row 1 of the matrix has 2 cells, row 0 has 1": {{true}, {true, false}}} {
		f.Panels[0].Cells = cells
		if _, err := f.PNG(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// bars has two lines of bars, one with deviations.
func bars() figure.Figure {
	return figure.Figure{Panels: []figure.Panel{{X: "edges into a node", Y: "nodes (%)", Categories: []string{"none", "1–3", "many"}, Lines: []figure.Line{
		{Name: "before", X: []float64{0, 1, 2}, Y: []float64{0, 40, 60}, Color: figure.Grey},
		{Name: "after", X: []float64{0, 2}, Y: []float64{75, 25}, Deviation: []float64{5, math.NaN()}, Color: figure.Vermillion},
	}}}}
}

// The area of bars is as their heights.
func TestBarsAreDrawnToScale(t *testing.T) {
	svg, err := bars().SVG()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"none", "1–3", "many", "before", "after", "edges into a node"} {
		if !bytes.Contains(svg, []byte(">"+want+"<")) {
			t.Errorf("the figure lacks the text %q", want)
		}
	}
	one := bars()
	one.Panels[0].Lines[0].Name, one.Panels[0].Lines[1].Name, one.Panels[0].Lines[1].Deviation = "", "", nil
	picture, err := one.PNG()
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	pixels := make(map[[3]uint8]float64)
	bounds := decoded.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			r, g, b, _ := decoded.At(x, y).RGBA()
			pixels[[3]uint8{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)}]++
		}
	}
	before, after := pixels[[3]uint8{figure.Grey.R, figure.Grey.G, figure.Grey.B}], pixels[[3]uint8{figure.Vermillion.R, figure.Vermillion.G, figure.Vermillion.B}]
	if after < 10000 || math.Abs(before/after-1) > .02 {
		t.Errorf("bars of equal heights in sum have %v and %v pixels", before, after)
	}
}

// The stairs of a front stay level until the next point, and every point has a ring.
func TestFrontsAreStairs(t *testing.T) {
	front := figure.Line{Name: "front", X: []float64{1, 10, 100}, Y: []float64{1, 2, 3}, Color: figure.Ink, Front: true}
	draw := func(line figure.Line) (strokes, curves int) {
		svg, err := figure.Figure{Panels: []figure.Panel{{Scale: figure.Logarithmic, Lines: []figure.Line{line}}}}.SVG()
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range bytes.Split(svg, []byte("<path d=\""))[1:] {
			d, _, _ := bytes.Cut(path, []byte("\""))
			strokes, curves = strokes+bytes.Count(d, []byte("L")), curves+bytes.Count(d, []byte("A"))
		}
		return strokes, curves
	}
	stairs, rings := draw(front)
	front.Front, front.Plain = false, true
	straight, none := draw(front)
	if stairs-straight != 2 || rings == 0 || none != 0 {
		t.Errorf("the front has %d strokes and %d arcs, a line through its points %d and %d", stairs, rings, straight, none)
	}
}

// Whatever has finite numbers can be drawn.
func TestOddFiguresAreDrawn(t *testing.T) {
	line := func(x, y []float64) figure.Figure {
		return figure.Figure{Panels: []figure.Panel{{Lines: []figure.Line{{X: x, Y: y, Color: figure.Blue}}}}}
	}
	for name, f := range map[string]figure.Figure{
		"one point":       line([]float64{3}, []float64{7}),
		"a flat line":     line([]float64{1, 2}, []float64{0, 0}),
		"great numbers":   line([]float64{1, 1e9}, []float64{-1e12, 1e12}),
		"small numbers":   line([]float64{0, 1e-9}, []float64{1e-12, 2e-12}),
		"at zero":         line([]float64{0}, []float64{0}),
		"bars":            bars(),
		"bars of nothing": {Panels: []figure.Panel{{Categories: []string{"a"}, Lines: []figure.Line{{X: []float64{0}, Y: []float64{0}}}}}},
		"a front of one":  {Panels: []figure.Panel{{Scale: figure.Logarithmic, Lines: []figure.Line{{X: []float64{5}, Y: []float64{2}, Front: true}}}}},
		"one deviation":   {Panels: []figure.Panel{{Lines: []figure.Line{{X: []float64{5}, Y: []float64{2}, Deviation: []float64{1}, Color: figure.Blue}}}}},
		"a long subtitle": {Title: strings.Repeat("long ", 60), Panels: sample().Panels},
	} {
		if _, err := f.SVG(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	one := sample()
	one.Panels[0].Lines = one.Panels[0].Lines[3:]
	one.Panels[0].Lines[0].Reference = false
	if _, err := one.SVG(); err != nil {
		t.Errorf("one point on a logarithmic axis: %v", err)
	}
}

func TestWhatCannotBeDrawnIsAnError(t *testing.T) {
	for want, change := range map[string]func(*figure.Figure){
		"no panels":          func(f *figure.Figure) { f.Panels = nil },
		"no lines":           func(f *figure.Figure) { f.Panels[0].Lines = nil },
		"do not fit":         func(f *figure.Figure) { f.Panels[0].Lines[0].Y = nil },
		"logarithmic axis":   func(f *figure.Figure) { f.Panels[0].Lines[0].X = []float64{0, 1, 2, 3, 4, 5, 6} },
		`"winning ticket": `: func(f *figure.Figure) { f.Panels[0].Lines[0].Y[2] = math.NaN() },
	} {
		f := sample()
		change(&f)
		if _, err := f.SVG(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	for want, change := range map[string]func(*figure.Line){
		"none of the 3 categories": func(l *figure.Line) { l.X[1] = 3 },
		"point 0 is at 0.5":        func(l *figure.Line) { l.X[0] = .5 },
		"a bar of height -1":       func(l *figure.Line) { l.Y[2] = -1 },
	} {
		f := bars()
		change(&f.Panels[0].Lines[0])
		if _, err := f.SVG(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	if _, err := sample().Render("bmp"); err == nil {
		t.Error("a format that does not exist was rendered")
	}
}

// The deviation of a single point has the point's colour, so that points above each other
// can be told apart.
func TestDeviationOfAPointHasItsColour(t *testing.T) {
	strokes := func(deviation []float64) int {
		f := sample()
		f.Panels[0].Lines = []figure.Line{{Name: "one", X: []float64{50}, Y: []float64{90}, Deviation: deviation, Color: figure.Green}}
		svg, err := f.SVG()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(svg), "stroke:#009E73")
	}
	if without, with := strokes(nil), strokes([]float64{1}); with != without+1 {
		t.Errorf("%d strokes in the point's colour without a deviation, %d with one", without, with)
	}
}
