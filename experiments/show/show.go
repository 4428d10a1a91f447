package show

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"espalier/backend"
	"espalier/experiments"
	"espalier/experiments/figure"
	"espalier/progress/live"
)

// Store is the store of results in the folder that ESPALIER_RUNS names, or in runs/ beside
// the notebook if it is not set.
func Store() *experiments.Store {
	folder := os.Getenv("ESPALIER_RUNS")
	if folder == "" {
		folder = "runs"
	}
	return experiments.OpenStore(folder)
}

// Run runs the cells of an experiment that are not in the store yet, with live progress,
// and returns the results of all its cells. After an interrupt of the notebook's cell, the
// next Run goes on where this one stopped.
func Run(request experiments.Request) ([]*experiments.Result, error) {
	plan, err := experiments.NewPlan(request)
	if err != nil {
		return nil, err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	runner := experiments.Runner{
		Store: Store(), Backend: os.Getenv(backend.Variable), Data: os.Getenv("ESPALIER_DATA"), Progress: live.New(),
	}
	return runner.Run(ctx, plan.Cells)
}

// Tables displays the tables of results, one for each setting, published numbers
// beside measured ones.
func Tables(results []*experiments.Result) error {
	tables, err := experiments.Tables(experiments.Summarise(experiments.Rows(results)))
	if err != nil {
		return err
	}
	var text strings.Builder
	if err := experiments.WriteTables(&text, tables, "md"); err != nil {
		return err
	}
	Markdown(text.String())
	return nil
}

// Plot displays a plot of results, which differ at most in data, method and seed.
func Plot(plot experiments.Plot, results []*experiments.Result) error {
	drawn, err := Store().Draw(plot, results)
	if err != nil {
		return err
	}
	return Figure(drawn)
}

// Figure displays a figure as SVG, which stays sharp at any size, and as PNG for
// front ends that do not draw the SVG of a notebook they have not run themselves.
func Figure(f figure.Figure) error {
	vector, err := f.Render("svg")
	if err != nil {
		return err
	}
	raster, err := f.Render("png")
	if err != nil {
		return err
	}
	send(map[protocol.MIMEType]any{
		protocol.MIMEImageSVG:  string(vector),
		protocol.MIMEImagePNG:  raster,
		protocol.MIMETextPlain: f.String(),
	})
	return nil
}

// Markdown displays text that is written in Markdown.
func Markdown(text string) {
	send(map[protocol.MIMEType]any{
		protocol.MIMETextMarkdown: text,
		protocol.MIMETextPlain:    text,
	})
}

// send displays data, or prints its plain text outside a notebook.
func send(data map[protocol.MIMEType]any) {
	if !gonbui.IsNotebook {
		fmt.Println(data[protocol.MIMETextPlain])
		return
	}
	gonbui.SendData(&protocol.DisplayData{Data: data})
	gonbui.Sync()
}

// Check ends the notebook's cell if there is an error, and prints the error in one line.
// The cell then counts as failed.
func Check(err error) {
	if err == nil {
		return
	}
	if errors.Is(err, context.Canceled) {
		err = fmt.Errorf("interrupted; run the cell again to go on: %w", err)
	}
	fmt.Fprintln(os.Stderr, strings.ReplaceAll(err.Error(), "\n", "; "))
	os.Exit(1)
}
