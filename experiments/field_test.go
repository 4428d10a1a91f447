package experiments_test

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"espalier/experiments"
	"espalier/train"
)

// sample has a field of each kind.
type sample struct {
	Name   string       `name:"name" default:"plain" help:"A text."`
	Kind   string       `name:"kind" default:"adam" enum:"adam,sgd"`
	Count  int          `name:"count" default:"3" min:"1" max:"9"`
	Rate   float64      `name:"rate" default:"0.20" above:"0" below:"1"`
	Fast   bool         `name:"fast" default:"false"`
	Parts  []string     `name:"parts" default:"a,b" enum:"a,b,c"`
	Length train.Length `name:"length" default:"2ep" expect:"a length such as 2ep"`
	Sets   []string     `name:"sets" default:"one" of:"plan"`
	Depth  int          `name:"depth" default:"1" by:"depths" min:"1"`
	hidden int
	nested
}

type nested struct {
	Deep int `name:"deep" default:"0"`
}

func newSample(t *testing.T) *sample {
	t.Helper()
	options := new(sample)
	if err := experiments.Reset(options); err != nil {
		t.Fatal(err)
	}
	return options
}

func TestResetSetsDefaults(t *testing.T) {
	options := newSample(t)
	if options.Name != "plain" || options.Count != 3 || options.Rate != 0.2 || options.Length != train.Epochs(2) || len(options.Parts) != 2 {
		t.Errorf("defaults are %+v", options)
	}
	changed, err := experiments.Changed(options)
	if err != nil || len(changed) != 0 {
		t.Errorf("defaults count as changed: %v, %v", changed, err)
	}
	if options.hidden != 0 {
		t.Error("a field without a name was set")
	}
}

func TestSet(t *testing.T) {
	for _, c := range []struct{ name, text, canonical string }{
		{"name", "other", "other"},
		{"kind", "sgd", "sgd"},
		{"count", "9", "9"},
		{"rate", "5e-1", "0.5"},
		{"fast", "1", "true"},
		{"parts", "c, a", "c,a"},
		{"length", "0ep50it", "50it"},
		{"deep", "-4", "-4"},
	} {
		options := newSample(t)
		if err := experiments.Set(options, c.name, c.text); err != nil {
			t.Errorf("%s=%s: %v", c.name, c.text, err)
			continue
		}
		changed, err := experiments.Changed(options)
		if err != nil || !maps.Equal(changed, map[string]string{c.name: c.canonical}) {
			t.Errorf("%s=%s changed %v, want %s=%s", c.name, c.text, changed, c.name, c.canonical)
		}
	}
}

func TestWhatChoosesCellsIsNoPartOfThem(t *testing.T) {
	options := newSample(t)
	if err := experiments.Set(options, "sets", "one,two"); err != nil {
		t.Fatal(err)
	}
	if changed, err := experiments.Changed(options); err != nil || len(changed) != 0 {
		t.Errorf("changed %v, %v", changed, err)
	}
}

func TestSetSaysWhatIsExpected(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"kind", "adm", "kind=adm: expected one of adam, sgd"},
		{"count", "0", "count=0: expected a whole number from 1 to 9"},
		{"count", "10", "expected a whole number"},
		{"count", "1.5", "expected a whole number"},
		{"count", "99999999999999999999", "expected a whole number"},
		{"rate", "1", "rate=1: expected a number above 0 and below 1"},
		{"rate", "0", "expected a number above 0"},
		{"rate", "NaN", "expected a number"},
		{"rate", "+Inf", "expected a number"},
		{"rate", "", "rate=: expected a number"},
		{"fast", "maybe", "fast=maybe: expected true or false"},
		{"parts", "a,d", "parts=a,d: expected one or more, with commas between, of a, b, c"},
		{"parts", "a,a", "expected"},
		{"parts", "", "expected"},
		{"length", "5 epochs", "length=5 epochs: expected a length such as 2ep"},
		{"cuont", "1", `no hyper-parameter is called "cuont"; did you mean count?`},
		{"lenght", "1", "did you mean length?"},
		{"zzzzzzz", "1", "there are name, kind, count"},
		{"depth", "2", "depth=2: depth is set by depths"},
	} {
		options := newSample(t)
		err := experiments.Set(options, c.name, c.text)
		var usage *experiments.UsageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s=%s: error %v, want %q", c.name, c.text, err, c.want)
		}
		if changed, err := experiments.Changed(options); err != nil || len(changed) != 0 {
			t.Errorf("%s=%s was refused, but changed %v", c.name, c.text, changed)
		}
	}
}

func TestFieldsRefusesWhatIsNoOptionsStruct(t *testing.T) {
	type twice struct {
		A int `name:"same" default:"1"`
		B int `name:"same" default:"1"`
	}
	type unreadable struct {
		C chan int `name:"c" default:"1"`
	}
	for _, options := range []any{sample{}, new(int), new(twice)} {
		if _, err := experiments.Fields(options); err == nil {
			t.Errorf("%T was taken", options)
		}
	}
	if err := experiments.Reset(new(unreadable)); err == nil {
		t.Error("a channel was taken as a hyper-parameter")
	}
}

func TestParseSet(t *testing.T) {
	set, err := experiments.ParseSet([]string{"a=1", "b=x=y", "c="})
	if err != nil || !maps.Equal(set, map[string]string{"a": "1", "b": "x=y", "c": ""}) {
		t.Errorf("ParseSet gave %v, %v", set, err)
	}
	for _, wrong := range [][]string{{"a"}, {"=1"}, {"a=1", "a=2"}} {
		if _, err := experiments.ParseSet(wrong); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}
