package live

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"espalier/progress"
)

// paper is a surface that keeps what was written.
type paper struct {
	lines  []string
	clears int
}

func (p *paper) show(line string) { p.lines = append(p.lines, line) }
func (p *paper) clear()           { p.clears++ }

func TestBoardShowsTasksWithRateAndTimeLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var shown paper
		board := newBoard(&shown, 100*time.Millisecond)
		outer := board.Start("cells", 12)
		inner := board.Start("level 3", 2000)
		for done := 1000; done <= 1100; done++ { // resumed in the middle, 100 steps a second
			inner.Step(done)
			time.Sleep(10 * time.Millisecond)
		}
		outer.Step(0)
		time.Sleep(time.Minute)
		outer.Step(1)
		inner.End()
		time.Sleep(time.Minute)
		outer.Step(2)
		outer.End()

		want := []string{
			"cells: 0% of 12",
			"cells: 0% of 12 │ level 3: 50% of 2000, 100/s, 10s left",
			"cells: 0% of 12 │ level 3: 55% of 2000, 100/s, 9s left",
			"cells: 8% of 12, 1/min, 11m0s left │ level 3: 55% of 2000, 2/s, 9m9s left",
			"cells: 16% of 12, 1/min, 10m0s left",
		}
		for _, line := range want {
			if !slices.Contains(shown.lines, line) {
				t.Errorf("there was no line %q", line)
			}
		}
		if last := shown.lines[len(shown.lines)-1]; last != want[len(want)-1] {
			t.Errorf("the last line is %q", last)
		}
		if len(shown.lines) > 15 {
			t.Errorf("%d lines in 1 s at 100 ms each and two minutes without a step", len(shown.lines))
		}
		if shown.clears != 1 {
			t.Errorf("the line was taken away %d times", shown.clears)
		}
	})
}

func TestBoardFromManyGoroutines(t *testing.T) {
	var shown paper
	board := newBoard(&shown, 0)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			task := board.Start("one of eight", 100)
			for i := range 100 {
				task.Step(i + 1)
			}
			task.End()
		})
	}
	all.Wait()
	if len(shown.lines) != 8+800 || len(board.tasks) != 0 {
		t.Errorf("%d lines, %d tasks left", len(shown.lines), len(board.tasks))
	}
}

func TestRateAndCut(t *testing.T) {
	for perSecond, want := range map[float64]string{1234.4: "1234/s", 1: "1/s", 0.5: "30/min", 1.0 / 7200: "0/h", 1.0 / 600: "6/h"} {
		if got := rate(perSecond); got != want {
			t.Errorf("%v a second is written %s, want %s", perSecond, got, want)
		}
	}
	for width, want := range map[int]string{9: "réseau", 6: "réseau", 5: "rése…", 1: "…", 0: "…"} {
		if got := cut("réseau", width); got != want {
			t.Errorf("cut to %d: %q, want %q", width, got, want)
		}
	}
}

// In a test neither standard error is a terminal nor is there a notebook.
func TestNewIsSilentInTests(t *testing.T) {
	reporter := New()
	if _, shows := reporter.(*board); shows {
		t.Skip("standard error is a terminal: run go test with its output piped to test that New is silent")
	}
	if reporter != progress.Silent {
		t.Errorf("%T, want Silent", reporter)
	}
}
