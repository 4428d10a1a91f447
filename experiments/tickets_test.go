package experiments_test

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"espalier/data"
	"espalier/experiments"
	"espalier/lth"
	"espalier/train"
)

// Everything in the registry is whole: names, presets, options, costs, columns.
func TestExperimentsAreWhole(t *testing.T) {
	for _, e := range experiments.All() {
		if e.Question == "" || e.Paper == "" || e.Title == "" || len(e.Methods) == 0 || len(e.Columns) == 0 || strings.Count(e.Name, "/") != 1 {
			t.Errorf("%s lacks something: %+v", e.Name, e)
		}
		for _, m := range e.Methods {
			if m.Name == "" || m.Title == "" || m.Help == "" {
				t.Errorf("%s: method %+v lacks something", e.Name, m)
			}
		}
		for _, p := range e.Published {
			if p.Source == "" || p.Statement == "" || p.Metric == "" || p.Data == "" || p.Network == "" {
				t.Errorf("%s: published number %+v lacks something", e.Name, p)
			}
		}
		for _, scale := range experiments.Scales() {
			checkPreset(t, e, scale)
		}
	}
}

func checkPreset(t *testing.T, e *experiments.Experiment, scale experiments.Scale) {
	t.Helper()
	setting, err := e.Setting(scale, 0, nil)
	if err != nil {
		t.Errorf("%s %s: %v", e.Name, scale, err)
		return
	}
	cost, err := e.Cost(setting)
	if err != nil || cost.Cells < 1 || cost.Iterations < 1 || cost.Minutes <= 0 {
		t.Errorf("%s %s: cost %+v, %v", e.Name, scale, cost, err)
	}
	plan, err := experiments.NewPlan(experiments.Request{Experiment: e.Name, Scale: scale})
	if err != nil || len(plan.Cells) != cost.Cells {
		t.Errorf("%s %s: %d cells planned, %d counted, %v", e.Name, scale, len(plan.Cells), cost.Cells, err)
	}
	fields, err := experiments.Fields(setting.Options)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range fields {
		if field.Help == "" {
			t.Errorf("%s: %s has no help", e.Name, field.Name)
		}
	}
}

// The paper scale is the published protocol.
func TestTicketsPaperScale(t *testing.T) {
	e, err := experiments.Find("lth/tickets")
	if err != nil {
		t.Fatal(err)
	}
	setting, err := e.Setting(experiments.Paper, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := setting.Options.(*experiments.Tickets)
	if setting.Seeds != 5 || o.Length != train.Iterations(50000) || o.Batch != 60 || o.Optimizer != "adam" || o.LearningRate != 0.0012 ||
		o.Validation != 5000 || o.EvaluateEvery != train.Iterations(100) || o.Fraction != 0.2 || o.Levels < 12 ||
		o.Variant != lth.Paper || o.Network != "lenet300" || !o.Rewind.IsZero() || o.WeightDecay != 0 {
		t.Errorf("paper scale is %d seeds of %+v", setting.Seeds, o)
	}
}

func TestUnknownNamesAreUsageErrors(t *testing.T) {
	for _, c := range []struct {
		request experiments.Request
		want    string
	}{
		{experiments.Request{Experiment: "lth/ticket"}, "did you mean lth/tickets"},
		{experiments.Request{Experiment: "zzz"}, "there are cgp/"},
		{experiments.Request{Experiment: "lth/tickets", Scale: "huge"}, "huge"},
		{experiments.Request{Experiment: "lth/tickets", Set: map[string]string{"levls": "2"}}, "did you mean levels?"},
		{experiments.Request{Experiment: "lth/tickets", Set: map[string]string{"network": "lenet30"}}, "did you mean lenet300"},
		{experiments.Request{Experiment: "lth/tickets", Set: map[string]string{"data": "digits,mnits"}}, "did you mean mnist"},
		{experiments.Request{Experiment: "lth/tickets", Set: map[string]string{"data": "digits,digits"}}, "twice"},
		{experiments.Request{Experiment: "lth/tickets", Set: map[string]string{"schedule": "cosin"}}, "expected a schedule"},
		{experiments.Request{Experiment: "lth/tickets", Set: map[string]string{"score": "luck"}}, "magnitude"},
		{experiments.Request{Experiment: "lth/tickets", Set: map[string]string{"initializer": "zeros"}}, "zeros"},
		{experiments.Request{Experiment: "lth/tickets", Set: map[string]string{"methods": "tickets,magic"}}, "random-mask"},
	} {
		_, err := experiments.NewPlan(c.request)
		var usage *experiments.UsageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: error %v, want %q", c.request, err, c.want)
		}
	}
}

// planned are the cells of an experiment with some hyper-parameters over others.
func planned(t *testing.T, experiment string, seeds int, below, set map[string]string) *experiments.Plan {
	t.Helper()
	all := maps.Clone(below)
	maps.Copy(all, set)
	plan, err := experiments.NewPlan(experiments.Request{Experiment: experiment, Seeds: seeds, Set: all})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// tiny is the experiment at a size that takes a second.
func tiny(t *testing.T, set map[string]string) *experiments.Plan {
	t.Helper()
	return planned(t, "lth/tickets", 2, map[string]string{"width": "0.1", "levels": "2", "length": "30it", "evaluate-every": "10it", "validation": "100"}, set)
}

func TestTicketsMeasureEveryMethodAtEveryLevel(t *testing.T) {
	plan := tiny(t, nil)
	store := experiments.OpenStore(t.TempDir())
	results, err := experiments.Runner{Store: store}.Run(t.Context(), plan.Cells)
	if err != nil {
		t.Fatal(err)
	}
	summaries := experiments.Summarise(experiments.Rows(results))
	levels := make(map[string]int)
	for _, s := range summaries {
		levels[s.Method]++
		for _, metric := range []string{experiments.Remaining, experiments.TestAccuracy, experiments.EarlyStopIteration, experiments.EarlyStopAccuracy} {
			if value := float64(s.Metrics[metric].Mean); math.IsNaN(value) || s.Metrics[metric].Runs != 2 {
				t.Errorf("%s level %d: %s is %v", s.Method, s.Level, metric, value)
			}
		}
		if got, want := float64(s.Metrics[experiments.Remaining].Mean), math.Pow(0.6, float64(s.Level)); math.Abs(got-want) > 0.04 {
			t.Errorf("%s level %d: %v of the weights remain, want about %v", s.Method, s.Level, got, want)
		}
	}
	for _, m := range plan.Experiment.Methods {
		want := 3
		if m.Name == experiments.Dense {
			want = 1
		}
		if levels[m.Name] != want {
			t.Errorf("%s has %d levels, want %d", m.Name, levels[m.Name], want)
		}
	}
	digits, err := data.Open(t.Context(), "digits", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range experiments.Rows(results) {
		if row.Provenance.DataDigests[digits.Train.Name()] != digits.Train.Digest() {
			t.Fatalf("%s: data digests %v", row.Desc, row.Provenance.DataDigests)
		}
	}
}

// However many workers, and however often it was interrupted, the results and masks
// are the same bytes.
func TestTicketsAreTheSameBytesForAnyWorkersAndAfterInterrupts(t *testing.T) {
	set := map[string]string{"methods": "tickets,random-reinitialization,one-shot", "length": "120it"}
	whole := t.TempDir()
	if _, err := (experiments.Runner{Store: experiments.OpenStore(whole), Workers: 1}).Run(t.Context(), tiny(t, set).Cells); err != nil {
		t.Fatal(err)
	}
	broken := t.TempDir()
	interrupts := 0
	for wait := 20 * time.Millisecond; ; wait += wait / 2 {
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		_, err := experiments.Runner{Store: experiments.OpenStore(broken), Workers: 4}.Run(ctx, tiny(t, set).Cells)
		cancel()
		if err == nil {
			break
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		interrupts++
	}
	if interrupts == 0 {
		t.Error("the run was never interrupted")
	}
	want, got := finalFiles(t, whole), finalFiles(t, broken)
	if len(want) != len(got) || len(want) == 0 {
		t.Errorf("%d files, after %d interrupts %d", len(want), interrupts, len(got))
	}
	for path, content := range want {
		if got[path] != content {
			t.Errorf("%s differs after %d interrupts", path, interrupts)
		}
	}
}

// finalFiles are the files below a folder that results consist of.
func finalFiles(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch name := entry.Name(); {
		case entry.IsDir() || name == "provenance.json" || name == "durations.json" || name == "elapsed.json" || name == "lock":
			return nil // they say when and where, and differ
		case strings.HasPrefix(name, "checkpoint"):
			return nil
		}
		content, err := os.ReadFile(path)
		relative, _ := filepath.Rel(folder, path)
		files[relative] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Levels that cannot be reached are refused before anything is trained.
func TestLevelsThatLeaveNothingAreRefused(t *testing.T) {
	for _, name := range []string{"lth/tickets", "lth/structural", "lth/connectivity"} {
		set := map[string]string{"levels": "9", "fraction": "0.9"}
		_, err := experiments.NewPlan(experiments.Request{Experiment: name, Set: set})
		usage := (*experiments.UsageError)(nil)
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), "pruned 9 times by 0.9, none of the") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestMissingDataIsToldBeforeAnythingIsTrained(t *testing.T) {
	plan := tiny(t, map[string]string{"data": "mnist", "network": "lenet300", "methods": "tickets"})
	_, err := experiments.Runner{Store: experiments.OpenStore(t.TempDir()), Data: t.TempDir()}.Run(t.Context(), plan.Cells)
	var missing *data.MissingError
	if !errors.As(err, &missing) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
}

// What the smoke scale shows is the paper's point: at the sparsest level the ticket
// beats the same mask with new initial weights.
func TestSmokeTicketBeatsReinitialization(t *testing.T) {
	if testing.Short() {
		t.Skip("not running lth/tickets at smoke scale, which takes up to half a minute: -short is set")
	}
	plan, err := experiments.NewPlan(experiments.Request{
		Experiment: "lth/tickets", Set: map[string]string{"methods": "tickets,random-reinitialization"},
	})
	if err != nil {
		t.Fatal(err)
	}
	results, err := experiments.Runner{Store: experiments.OpenStore(t.TempDir())}.Run(t.Context(), plan.Cells)
	if err != nil {
		t.Fatal(err)
	}
	accuracy := make(map[string]experiments.Statistic)
	for _, s := range experiments.Summarise(experiments.Rows(results)) {
		if s.Level == 6 {
			accuracy[s.Method] = s.Metrics[experiments.TestAccuracy]
		}
	}
	ticket, again := accuracy[lth.Tickets], accuracy[lth.RandomReinitialization.Name]
	difference := float64(ticket.Mean - again.Mean)
	deviation := math.Hypot(float64(ticket.Deviation), float64(again.Deviation))
	if !(difference > 2*deviation) {
		t.Errorf("the ticket reaches %.4f ± %.4f, re-initialised %.4f ± %.4f: a difference of %.1f deviations",
			float64(ticket.Mean), float64(ticket.Deviation), float64(again.Mean), float64(again.Deviation), difference/deviation)
	}
}

// What the scale smoke is said to take is, to a factor of two, what two cores of an AMD
// EPYC of the year 2024 took.
func TestCostsOfSmoke(t *testing.T) {
	for name, seconds := range map[string]float64{
		"lth/tickets": 3.6, "lth/structural": 16, "lth/soft": 6.6, "lth/scratch": 4.6, "lth/connectivity": 11.5,
	} {
		e, err := experiments.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		setting, err := e.Setting(experiments.Smoke, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		cost, err := e.Cost(setting)
		if err != nil || 60*cost.Minutes < seconds/2 || 60*cost.Minutes > 2*seconds {
			t.Errorf("%s is said to take %.1f s, %v; it took %.1f s", name, 60*cost.Minutes, err, seconds)
		}
	}
}
