package figure_test

import (
	"math"
	"os"
	"testing"

	"espalier/experiments/figure"
)

func sample() figure.Figure {
	remaining := []float64{100, 60.2, 36.3, 21.9, 13.2, 8.0, 4.9}
	lines := []figure.Line{
		{Name: "winning ticket", X: remaining, Y: []float64{96.2, 96.4, 96.5, 96.3, 95.8, 94.9, 92.5}, Deviation: []float64{.2, .2, .3, .2, .3, .4, .9}, Color: figure.Blue},
		{Name: "random re-initialisation", X: remaining, Y: []float64{96.2, 95.9, 95.2, 94.1, 92, 88.1, 81.3}, Deviation: []float64{.2, .2, .3, .4, .7, 1.2, 2.4}, Color: figure.Vermillion},
		{Name: "random mask", X: remaining, Y: []float64{96.2, 95.8, 95.0, 93.6, 91, 87.0, 80.4}, Deviation: []float64{.2, .2, .3, .4, .7, 1.2, 2.4}, Color: figure.Green},
		{Name: "shuffled mask", X: remaining, Y: []float64{96.2, 95.8, 95.1, 93.7, 91.4, 87.3, 80.9}, Deviation: []float64{.2, .2, .3, .4, .7, 1.2, math.NaN()}, Color: figure.Purple},
		{Name: "one-shot", X: remaining, Y: []float64{96.2, 96.3, 96.2, 95.4, 93.8, 90.5, 86.3}, Deviation: []float64{.2, .2, .3, .4, .7, 1.2, 1.4}, Color: figure.Orange},
		{Name: "dense", X: remaining[:1], Y: []float64{96.2}, Deviation: []float64{.2}, Color: figure.Grey, Reference: true},
	}
	return figure.Figure{
		Title: "Winning tickets", Subtitle: "mlp on digits, smoke scale; mean and standard deviation of 2 seeds",
		Panels: []figure.Panel{{X: "weights remaining (%)", Y: "test accuracy (%)", Scale: figure.LogarithmicDown, Lines: lines}},
	}
}

func TestLook(t *testing.T) {
	png, err := sample().PNG()
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile("/tmp/fig.png", png, 0o644)
	two := sample()
	two.Panels = append(two.Panels, two.Panels[0])
	two.Panels[0].Title, two.Panels[1].Title = "MNIST", "Fashion-MNIST"
	png, err = two.PNG()
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile("/tmp/fig2.png", png, 0o644)
	svg, _ := sample().SVG()
	os.WriteFile("/tmp/fig.svg", svg, 0o644)
}
