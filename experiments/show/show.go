package show

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"espalier/experiments"
	"espalier/experiments/figure"
	"espalier/progress/live"
)

// Runner returns a runner that works as the environment says: results are kept in
// ESPALIER_RUNS or runs, data come from ESPALIER_DATA, the backend is
// ESPALIER_BACKEND or the default, and progress is shown below the cell.
func Runner() experiments.Runner {
	return experiments.Runner{
		Store:    experiments.OpenStore(cmp.Or(os.Getenv("ESPALIER_RUNS"), "runs")),
		Data:     os.Getenv("ESPALIER_DATA"),
		Progress: live.New(),
	}
}

// Markdown shows text in Markdown.
func Markdown(text string) error {
	if !gonbui.IsNotebook {
		return printed(os.Stdout, text)
	}
	gonbui.DisplayMarkdown(text)
	return gonbui.Error()
}

// Results shows the tables of results.
func Results(results []*experiments.Result) error {
	tables, err := experiments.Tables(experiments.Summarise(experiments.Rows(results)))
	if err != nil {
		return err
	}
	for _, table := range tables {
		if err := Markdown(table.Markdown()); err != nil {
			return err
		}
	}
	return nil
}

// Figure shows a figure.
func Figure(f figure.Figure) error {
	picture, err := f.SVG()
	if err != nil {
		return err
	}
	if !gonbui.IsNotebook {
		return printed(os.Stdout, f.String())
	}
	gonbui.SendData(&protocol.DisplayData{Data: map[protocol.MIMEType]any{
		protocol.MIMEImageSVG:  string(picture),
		protocol.MIMETextPlain: f.String(),
	}})
	gonbui.Sync()
	return gonbui.Error()
}

func printed(w io.Writer, text string) error {
	_, err := fmt.Fprintln(w, strings.TrimRight(text, "\n"))
	return err
}
