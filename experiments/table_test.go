package experiments_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"espalier/experiments"
)

// measuredOnMNIST are made-up rows of the paper's setting on MNIST, at levels about
// which the paper says something, and of a setting of which nothing is published.
func measuredOnMNIST() []experiments.Summary {
	var rows []experiments.Row
	add := func(method string, level int, remaining, accuracy, stop float64) {
		for seed := 1; seed <= 3; seed++ {
			wobble := float64(seed-2) / 1024 // sums are exact on every processor
			r := row(method, seed, level, experiments.Metrics{
				experiments.Remaining: experiments.Number(remaining), experiments.TestAccuracy: experiments.Number(accuracy + wobble),
				experiments.EarlyStopAccuracy:  experiments.Number(accuracy + wobble/2),
				experiments.EarlyStopIteration: experiments.Number(stop + float64(100*(seed-2))),
			})
			r.Scale, r.Data, r.Network = experiments.Paper, "mnist", "lenet300"
			r.Cell = r.Digest()
			rows = append(rows, r)
		}
	}
	add("tickets", 0, 1, 0.98046875, 14200)
	add("tickets", 7, 0.2107, 0.984375, 9000)
	add("random-reinitialization", 7, 0.2107, 0.9765625, 22500)
	add("dense", 0, 1, 0.98046875, 14200)
	rows = append(rows, row("tickets", 1, 0, experiments.Metrics{experiments.Remaining: 1, experiments.TestAccuracy: 0.96875}))
	return experiments.Summarise(rows)
}

func TestTablesAreGolden(t *testing.T) {
	tables, err := experiments.Tables(measuredOnMNIST())
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"md", "csv", "json", "tex"} {
		var text strings.Builder
		if err := experiments.WriteTables(&text, tables, format); err != nil {
			t.Fatal(err)
		}
		golden(t, "table."+format+".golden", text.String())
	}
	var usage *experiments.UsageError
	if err := experiments.WriteTables(&strings.Builder{}, tables, "xls"); !errors.As(err, &usage) {
		t.Errorf("format xls: %v", err)
	}
}

// An experiment without variants has no column for them, in no format for people; that
// for programs always has it.
func TestTablesWithoutVariants(t *testing.T) {
	r := row("soft-filters", 1, 1, experiments.Metrics{experiments.Remaining: 0.5, experiments.TestAccuracy: 0.9})
	r.Experiment = "lth/soft"
	r.Cell = r.Digest()
	tables, err := experiments.Tables(experiments.Summarise([]experiments.Row{r}))
	if err != nil {
		t.Fatal(err)
	}
	for format, want := range map[string]string{
		"md": "| method       | level | remaining | seeds |", "tex": "method & level & remaining & seeds &", "csv": ",variant,method,",
	} {
		var text strings.Builder
		if err := experiments.WriteTables(&text, tables, format); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text.String(), want) {
			t.Errorf("%s: want %q in\n%s", format, want, &text)
		}
	}
	if text := tables[0].Markdown(); !strings.Contains(text, "|--------------|------:|----------:|------:|") {
		t.Errorf("columns are not aligned as text and numbers:\n%s", text)
	}
}

// Whatever the golden files say, programs can read them.
func TestTablesCanBeRead(t *testing.T) {
	tables, err := experiments.Tables(measuredOnMNIST())
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := experiments.WriteTables(&text, tables, "csv"); err != nil {
		t.Fatal(err)
	}
	if records, err := csv.NewReader(strings.NewReader(text.String())).ReadAll(); err != nil || len(records) != 6 {
		t.Errorf("%d lines of CSV, %v, want 6", len(records), err)
	}
	text.Reset()
	if err := experiments.WriteTables(&text, tables, "json"); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text.String()) {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Errorf("%v: %s", err, line)
		}
	}
}

func TestPublishedStatementsAreMeasured(t *testing.T) {
	summaries := measuredOnMNIST()
	group := experiments.BySetting(summaries)[0]
	if group[0].Setting.Data != "mnist" {
		group = experiments.BySetting(summaries)[1]
	}
	ticket, again := experiments.Point{Method: "tickets", Remaining: 0.211}, experiments.Point{Method: "random-reinitialization", Remaining: 0.211}
	for _, c := range []struct {
		p    experiments.Published
		want float64
	}{
		{experiments.Published{Metric: experiments.EarlyStopIteration, Of: ticket}, 9000},
		{experiments.Published{Metric: experiments.EarlyStopIteration, Relation: experiments.Ratio, Of: again, To: ticket}, 2.5},
		{experiments.Published{Metric: experiments.TestAccuracy, Relation: experiments.Difference, Of: ticket, To: again}, 0.0078125},
		{experiments.Published{Metric: experiments.TestAccuracy, Of: experiments.Point{Method: "tickets", Remaining: 0.135}}, math.NaN()},
		{experiments.Published{Metric: "never measured", Of: ticket}, math.NaN()},
	} {
		got := c.p.Measured(group)
		if math.IsNaN(c.want) != math.IsNaN(got) || math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%+v is measured as %v, want %v", c.p, got, c.want)
		}
	}
}
