package show_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"espalier/data"
	"espalier/experiments"
	"espalier/experiments/figure"
	"espalier/experiments/show"
)

func ExampleFigure() {
	show.Check(show.Figure(figure.Figure{
		Title: "Winning tickets",
		Panels: []figure.Panel{{X: "weights remaining (%)", Y: "test accuracy (%)", Lines: []figure.Line{
			{Name: "ticket", X: []float64{100, 50}, Y: []float64{98, 97}, Color: figure.Blue},
		}}},
	}))
	// Output:
	// Figure: Winning tickets. test accuracy (%) against weights remaining (%): ticket
}

func ExampleMarkdown() {
	show.Markdown("Tickets **win**.")
	// Output:
	// Tickets **win**.
}

func ExampleImages() {
	set, err := data.Open(context.Background(), "digits", "")
	show.Check(err)
	show.Images(set.Train, 0, 3)
	// Output:
	// digits/train
}

// A cell that is run again gets its results from the store.
func TestRunKeepsResultsWhereTheEnvironmentSays(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("ESPALIER_RUNS", folder)
	t.Setenv("ESPALIER_BACKEND", "")
	request := experiments.Request{Experiment: "lth/tickets", Seeds: 1, Set: map[string]string{
		"methods": "tickets", "width": "0.1", "levels": "1", "length": "5it", "evaluate-every": "5it", "validation": "50",
	}}
	results, err := show.Run(request)
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 1 || len(results[0].Measurements) != 2 {
		t.Fatalf("got %d results", len(results))
	}
	if show.Store().Folder() != folder {
		t.Errorf("the store is in %s, want %s", show.Store().Folder(), folder)
	}
	stored, err := filepath.Glob(filepath.Join(folder, "cells", "*", "*", "result.json"))
	if err != nil || len(stored) != 1 {
		t.Fatalf("stored results: %v, %v", stored, err)
	}
	before, err := os.Stat(stored[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := show.Run(request); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(stored[0])
	if err != nil {
		t.Fatal(err)
	}
	if before.ModTime() != after.ModTime() {
		t.Error("running again wrote the result again")
	}
	if err := show.Plot(experiments.AccuracyPlot, results); err != nil {
		t.Error(err)
	}
}

func TestRunTellsWhatIsWrong(t *testing.T) {
	_, err := show.Run(experiments.Request{Experiment: "lth/ticket"})
	if err == nil || !strings.Contains(err.Error(), "lth/tickets") {
		t.Errorf("error %v", err)
	}
}

// The masks of every method are in the store, and a wrong name is told.
func TestMasks(t *testing.T) {
	t.Setenv("ESPALIER_RUNS", t.TempDir())
	t.Setenv("ESPALIER_BACKEND", "")
	results, err := show.Run(experiments.Request{Experiment: "lth/structural", Seeds: 1, Set: map[string]string{
		"methods": "tickets,refill,regroup", "width": "0.5", "levels": "1", "length": "5it", "rewind": "0it", "evaluate-every": "5it", "validation": "50",
	}})
	if err != nil {
		t.Fatal(err)
	}
	const name = "layer3.0.conv1.weight"
	if err := show.Masks(results, 1, name, "tickets", "refill", "regroup"); err != nil {
		t.Error(err)
	}
	for want, err := range map[string]error{
		"none of the 3 results is one of snip": show.Masks(results, 1, name, "snip"),
		"did you mean " + name:                 show.Masks(results, 1, "layer3.0.conv1.weigth", "refill"),
		"level 2":                              show.Masks(results, 2, name, "refill"),
		"no results whose masks":               show.Masks(results, 1, name),
	} {
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
