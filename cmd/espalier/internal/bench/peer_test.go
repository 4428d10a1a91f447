package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestMain is the program that the tests let time cases: it prints what PEER says.
func TestMain(m *testing.M) {
	if text := os.Getenv("PEER"); text != "" {
		if text == "fail" {
			fmt.Fprintln(os.Stderr, "no such thing\nnothing to time")
			os.Exit(1)
		}
		fmt.Println(strings.ReplaceAll(text, "NAME", os.Args[len(os.Args)-1]))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func printing(text string) Program {
	return Program{Command: []string{os.Args[0]}, Environment: []string{"PEER=" + text}}
}

func TestCompare(t *testing.T) {
	ours := printing(`{"name":"NAME","median_ms":2,"best_ms":1}`)
	theirs := printing("{\"peer\":\"abacus 1.0\"}\n{\"name\":\"NAME/other\",\"median_ms\":9}\n{\"name\":\"NAME\",\"median_ms\":5,\"best_ms\":4}")
	got, err := Compare(context.Background(), ours, theirs, "sgemm/512", 3)
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "sgemm/512" || got.OursMs != 2 || got.TheirsMs != 5 || got.Ratio != 2.5 || got.Least != 2.5 || got.Most != 2.5 || got.Peer != "abacus 1.0" || got.Rounds != 3 {
		t.Errorf("comparison %+v", got)
	}
	if peakMemory := got.OursMB; peakMemory < 1 || peakMemory > 1000 {
		t.Errorf("a process of %v MB", peakMemory)
	}
	if row := got.String(); strings.Count(row, "|") != strings.Count(strings.Split(ComparisonHeader, "\n")[0], "|") {
		t.Errorf("row %q does not fit the header", row)
	}
}

func TestCompareFails(t *testing.T) {
	ours := printing(`{"name":"NAME","median_ms":2,"best_ms":1}`)
	for text, want := range map[string]string{
		"fail":                              "nothing to time",
		"{\"name\":\"x\",\"median_ms\":5}":  ErrNoTime.Error(),
		"three milliseconds":                "three milliseconds",
		"{\"name\":\"NAME\",\"best_ms\":5}": ErrNoTime.Error(),
	} {
		if _, err := Compare(context.Background(), ours, printing(text), "sgemm/512", 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a program that prints %q: %v, want %q", text, err, want)
		}
	}
	ended, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Compare(ended, ours, ours, "sgemm/512", 1); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

func TestMiddle(t *testing.T) {
	for _, c := range []struct {
		of   []float64
		want float64
	}{{[]float64{3}, 3}, {[]float64{5, 1, 2}, 2}, {[]float64{4, 1, 2, 9}, 3}} {
		if got := middle(c.of); got != c.want {
			t.Errorf("middle(%v) = %v, want %v", c.of, got, c.want)
		}
	}
}
