package live

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"espalier/progress"
)

// surface is where a line can be shown in place of the one before.
type surface interface {
	show(line string)
	clear()
}

// board keeps the tasks that are under way and shows them on a surface, at most
// once in an interval.
type board struct {
	surface  surface
	interval time.Duration
	now      func() time.Time

	mu    sync.Mutex
	tasks []*task // in the order in which they were started
	shown time.Time
}

func newBoard(s surface, interval time.Duration) *board {
	return &board{surface: s, interval: interval, now: time.Now}
}

// task is one of a board's tasks; the board's lock guards it.
type task struct {
	board *board
	name  string
	steps int
	done  int

	// The rate counts from the first step on, for a resumed task begins with
	// many steps done.
	counting  bool
	firstDone int
	firstTime time.Time
}

// Start puts a task on the board.
func (b *board) Start(name string, steps int) progress.Task {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := &task{board: b, name: name, steps: steps}
	b.tasks = append(b.tasks, t)
	b.refresh()
	return t
}

// Step moves the task on.
func (t *task) Step(done int) {
	t.board.mu.Lock()
	defer t.board.mu.Unlock()
	t.done = done
	if !t.counting {
		t.counting, t.firstDone, t.firstTime = true, done, t.board.now()
	}
	t.board.refresh()
}

// End takes the task off the board, and the line away after the last.
func (t *task) End() {
	b := t.board
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tasks = slices.DeleteFunc(b.tasks, func(other *task) bool { return other == t })
	if len(b.tasks) == 0 && !b.shown.IsZero() {
		b.surface.clear()
		b.shown = time.Time{}
	}
}

// refresh shows the line unless that was done a moment ago.
func (b *board) refresh() {
	now := b.now()
	if now.Sub(b.shown) < b.interval {
		return
	}
	b.shown = now
	parts := make([]string, len(b.tasks))
	for i, t := range b.tasks {
		parts[i] = t.line(now)
	}
	b.surface.show(strings.Join(parts, " │ "))
}

// line is as "lenet300 level 3: 48% of 50000, 912/s, 28s left".
func (t *task) line(now time.Time) string {
	if t.steps <= 0 {
		return t.name
	}
	line := fmt.Sprintf("%s: %d%% of %d", t.name, 100*t.done/t.steps, t.steps)
	elapsed, moved := now.Sub(t.firstTime), t.done-t.firstDone
	if !t.counting || moved <= 0 || elapsed <= 0 {
		return line
	}
	left := time.Duration(float64(elapsed) / float64(moved) * float64(t.steps-t.done))
	return fmt.Sprintf("%s, %s, %s left", line, rate(float64(moved)/elapsed.Seconds()), left.Round(time.Second))
}

// rate writes steps in a second, minute or hour, whichever makes a number of at
// least 1.
func rate(perSecond float64) string {
	switch {
	case perSecond >= 1:
		return fmt.Sprintf("%.0f/s", perSecond)
	case perSecond >= 1.0/60:
		return fmt.Sprintf("%.0f/min", 60*perSecond)
	}
	return fmt.Sprintf("%.0f/h", 3600*perSecond)
}
