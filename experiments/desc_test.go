package experiments_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"espalier/experiments"
)

var update = flag.Bool("update", false, "write golden files anew")

// golden compares text with a file in testdata.
func golden(t *testing.T, file, text string) {
	t.Helper()
	path := "testdata/" + file
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s (go test -update writes it anew):\n%s\nwant\n%s", path, text, want)
	}
}

// frozen are descriptions whose digests may never change: results are stored under
// them.
func frozen(t *testing.T) []experiments.Desc {
	t.Helper()
	var descs []experiments.Desc
	add := func(request experiments.Request) {
		request.Experiment = cmp.Or(request.Experiment, "lth/tickets")
		plan, err := experiments.NewPlan(request)
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range plan.Cells {
			descs = append(descs, cell.Desc)
		}
	}
	add(experiments.Request{Scale: experiments.Smoke, Seeds: 1})
	add(experiments.Request{Scale: experiments.Bench, Seeds: 1})
	add(experiments.Request{Scale: experiments.Paper, Seeds: 1})
	add(experiments.Request{Scale: experiments.Paper, Seeds: 2, Set: map[string]string{"methods": "tickets", "variant": "open-lth", "rewind": "500it"}})
	add(experiments.Request{Scale: experiments.Smoke, Seeds: 1, Set: map[string]string{
		"methods": "tickets", "optimizer": "sgd", "learning-rate": "0.1", "schedule": "warmup(5ep)*multistep(80ep,120ep;0.1)",
		"network": "resnet-digits", "initializer": "kaiming-normal", "crop": "1", "flip": "true",
	}})
	for _, scale := range experiments.Scales() {
		add(experiments.Request{Experiment: "lth/structural", Scale: scale, Seeds: 1})
	}
	add(experiments.Request{Experiment: "lth/structural", Seeds: 1, Set: map[string]string{
		"methods": "tickets,refill-plus", "at": "2", "extra": "0.5", "criterion": "feature-l1", "timed-batch": "1",
	}})
	add(experiments.Request{Experiment: "cgp/dense", Scale: experiments.Smoke, Seeds: 1})
	add(experiments.Request{Experiment: "cgp/dense", Scale: experiments.Bench, Seeds: 1, Set: map[string]string{"data": "cora"}})
	for _, name := range []string{"lth/connectivity", "lth/scratch", "lth/soft"} {
		for _, scale := range experiments.Scales() {
			add(experiments.Request{Experiment: name, Scale: scale, Seeds: 1})
		}
	}
	add(experiments.Request{Experiment: "nn/evaluate", Set: map[string]string{
		"weights": "sha256:12fca82f0bebc4135bf1f32f6e3710e61d5108578464b84fd6d7f5c1b04036c8",
	}})
	return descs
}

func TestDigestsAreFrozen(t *testing.T) {
	descs := frozen(t)
	if len(descs) < 20 {
		t.Fatalf("%d digests are frozen, want at least 20", len(descs))
	}
	var lines strings.Builder
	for _, d := range descs {
		fmt.Fprintf(&lines, "%s %s\n", d.Digest(), strings.ReplaceAll(strings.TrimSpace(d.Canonical()), "\n", " "))
	}
	golden(t, "digests.golden", lines.String())
}

func TestDigestsTellCellsApart(t *testing.T) {
	seen := make(map[string]experiments.Desc)
	for _, d := range frozen(t) {
		if other, ok := seen[d.Digest()]; ok {
			t.Errorf("%s and %s have one digest", d, other)
		}
		seen[d.Digest()] = d
	}
	base := experiments.Desc{Experiment: "a", Scale: "b", Data: "c", Network: "d", Method: "e", Seed: 1}
	for _, d := range []experiments.Desc{
		{Experiment: "a", Scale: "b", Data: "c", Network: "d", Method: "e", Seed: 2},
		{Experiment: "a\nx=1", Scale: "b", Data: "c", Network: "d", Method: "e", Seed: 1},
		{Experiment: "a", Scale: "b", Data: "c", Network: "d", Method: "e", Seed: 1, Options: map[string]string{"x": ""}},
	} {
		if d.Digest() == base.Digest() {
			t.Errorf("%q has the digest of %q", d.Canonical(), base.Canonical())
		}
	}
}

// A hyper-parameter that is added with a default that changes nothing leaves every
// digest as it was.
func TestAddingADefaultedFieldChangesNoDigest(t *testing.T) {
	type before struct {
		Rate float64 `name:"rate" default:"0.1"`
	}
	type after struct {
		Decay float64 `name:"decay" default:"0"`
		Rate  float64 `name:"rate" default:"0.1"`
		Kind  string  `name:"kind" default:"old"`
	}
	for _, rate := range []string{"0.1", "0.5"} {
		var digests []string
		for _, options := range []any{new(before), new(after)} {
			if err := experiments.Reset(options); err != nil {
				t.Fatal(err)
			}
			if err := experiments.Set(options, "rate", rate); err != nil {
				t.Fatal(err)
			}
			desc, err := experiments.Desc{Experiment: "x/y", Method: "m", Seed: 1}.WithOptions(options)
			if err != nil {
				t.Fatal(err)
			}
			digests = append(digests, desc.Digest())
		}
		if digests[0] != digests[1] {
			t.Errorf("rate %s: the digest changed from %s to %s", rate, digests[0], digests[1])
		}
	}
	options := new(after)
	if err := experiments.Reset(options); err != nil {
		t.Fatal(err)
	}
	options.Decay = 0.5
	desc, err := experiments.Desc{Experiment: "x/y"}.WithOptions(options)
	if err != nil {
		t.Fatal(err)
	}
	if desc.Options["decay"] != "0.5" {
		t.Errorf("a changed new field is not in the description: %v", desc.Options)
	}
}

func ExampleDesc_Canonical() {
	plan, err := experiments.NewPlan(experiments.Request{
		Experiment: "lth/tickets", Scale: experiments.Paper, Set: map[string]string{"learning-rate": "6e-4"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(plan.Cells[0].Desc.Canonical())
	// Output:
	// data="mnist"
	// experiment="lth/tickets"
	// learning-rate="0.0006"
	// method="tickets"
	// network="lenet300"
	// scale="paper"
	// seed="1"
}
