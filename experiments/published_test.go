package experiments_test

import (
	"maps"
	"strings"
	"testing"

	"espalier/experiments"
)

func planOf(t *testing.T, experiment string, scale experiments.Scale, set map[string]string) *experiments.Plan {
	t.Helper()
	plan, err := experiments.NewPlan(experiments.Request{Experiment: experiment, Scale: scale, Set: set})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// publishedBeside are the statements that stand beside results of a plan.
func publishedBeside(t *testing.T, plan *experiments.Plan) []experiments.Published {
	t.Helper()
	d := plan.Cells[0].Desc
	r := row(d.Method, 1, 0, experiments.Metrics{experiments.Remaining: 1, experiments.TestAccuracy: 0.5})
	r.Desc, r.Cell = d, d.Digest()
	tables, err := experiments.Tables(experiments.Summarise([]experiments.Row{r}))
	if err != nil {
		t.Fatal(err)
	}
	return tables[0].Published
}

// A published number stands beside results of the training that it was made with, and
// beside no others.
func TestPublishedNumbersNeedTheirProtocol(t *testing.T) {
	for _, c := range []struct {
		experiment, data, network string
		changes                   map[string]string
	}{
		{"lth/tickets", "mnist", "", map[string]string{"length": "6000it", "batch": "64", "score": "random"}},
		{"lth/structural", "cifar-10", "resnet18", map[string]string{"length": "15ep", "weight-decay": "0.0005", "clusters": "4"}},
		{"lth/structural", "cifar-10", "vgg16", map[string]string{"weight-decay": "0.0001"}},
		{"lth/structural", "cifar-100", "wrn32x2", map[string]string{"validation": "5000", "weight-decay": "0.0001"}},
		{"lth/soft", "cifar-10", "resnet20", map[string]string{"length": "14ep"}},
		{"lth/scratch", "cifar-10", "resnet56", map[string]string{"tuning-length": "3ep", "learning-rate": "0.2"}},
		{"lth/connectivity", "cifar-10", "", map[string]string{"learning-rate": "0.2"}},
		{"cgp/dense", "cora", "", map[string]string{"epochs": "5"}},
		{"cgp/tickets", "cora", "", map[string]string{"edges": "0.2", "hidden": "16", "epochs": "5", "weights": "0.4"}},
	} {
		set := map[string]string{"data": c.data}
		if c.network != "" {
			set["network"] = c.network
		}
		if len(publishedBeside(t, planOf(t, c.experiment, experiments.Paper, set))) == 0 {
			t.Errorf("%s, %s: nothing is published beside the paper's own protocol", c.experiment, set)
		}
		for name, value := range c.changes {
			changed := maps.Clone(set)
			changed[name] = value
			if published := publishedBeside(t, planOf(t, c.experiment, experiments.Paper, changed)); len(published) > 0 {
				t.Errorf("%s, %s: %q is published beside it", c.experiment, changed, published[0].Statement)
			}
		}
	}
}

// Table A5 was trained for longer than the paper's other numbers about VGG-16.
func TestTableA5StandsBesideItsOwnTraining(t *testing.T) {
	set := map[string]string{"data": "cifar-100", "network": "vgg16"}
	inA5 := func() (in, out int) {
		t.Helper()
		for _, p := range publishedBeside(t, planOf(t, "lth/structural", experiments.Paper, set)) {
			if strings.HasSuffix(p.Source, "table A5") {
				in++
			} else {
				out++
			}
		}
		return in, out
	}
	if in, out := inA5(); in != 0 || out == 0 {
		t.Errorf("after 160 epochs %d numbers of table A5 and %d others are published", in, out)
	}
	set["length"], set["schedule"] = "240ep", "multistep(150ep,180ep,210ep;0.1)"
	if in, out := inA5(); in != 28 || out != 0 {
		t.Errorf("after 240 epochs %d numbers of table A5 and %d others are published, want 28 and none", in, out)
	}
}

// What a number was made with can be set.
func TestPublishedProtocolsAreTexts(t *testing.T) {
	for _, e := range experiments.All() {
		options := e.Options()
		fields, err := experiments.Fields(options)
		if err != nil {
			t.Fatal(err)
		}
		names := make(map[string]experiments.Field)
		for _, field := range fields {
			names[field.Name] = field
		}
		protocol := make(map[string]bool)
		for _, name := range e.Protocol {
			protocol[name] = true
			if _, ok := names[name]; !ok {
				t.Errorf("%s: the protocol names %q, which is no hyper-parameter", e.Name, name)
			}
		}
		for _, p := range e.Published {
			for name, value := range p.With {
				if !protocol[name] {
					t.Errorf("%s, %s: %s is no part of the protocol", e.Name, p.Statement, name)
					continue
				}
				field := names[name]
				if err := field.Set(value); err != nil || field.Text() != value {
					t.Errorf("%s, %s: %s=%s is %s, %v", e.Name, p.Statement, name, value, field.Text(), err)
				}
			}
		}
	}
}
