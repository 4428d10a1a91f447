package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// Program times cases. It is given a case's name as its last argument and prints a
// JSON object a line with the fields of Measurement; one of them may have the field
// peer, which says what it is.
type Program struct {
	Command     []string
	Environment []string // beside that of this process
	// Case is the program's own name of the case; "" is the one that it is asked for.
	Case string
}

// Run is what a program printed for a case.
type Run struct {
	Measurement
	Peer string
	// PeakBytes is the most memory that the program had, 0 where that is not known.
	PeakBytes int64
}

// Measure lets the program time a case.
func (p Program) Measure(ctx context.Context, name string) (Run, error) {
	if p.Case != "" {
		name = p.Case
	}
	command := exec.CommandContext(ctx, p.Command[0], append(slices.Clone(p.Command[1:]), name)...)
	command.Env = append(os.Environ(), p.Environment...)
	var complaints bytes.Buffer
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(complaints.String()), "\n")
		return Run{}, fmt.Errorf("%s: %w: %s", strings.Join(command.Args, " "), err, lines[len(lines)-1])
	}
	run, err := parseRun(name, out)
	if err != nil {
		return Run{}, fmt.Errorf("%s: %w", strings.Join(command.Args, " "), err)
	}
	run.PeakBytes = peakMemory(command.ProcessState)
	return run, nil
}

// ErrNoTime says that a program does not know a case.
var ErrNoTime = errors.New("no line with a time for it")

// parseRun finds the case in what a program printed.
func parseRun(name string, out []byte) (Run, error) {
	var run Run
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		var row struct {
			Measurement
			Peer string `json:"peer"`
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return Run{}, fmt.Errorf("line %q: %w", lines.Text(), err)
		}
		if row.Peer != "" {
			run.Peer = row.Peer
		}
		if row.Name == name {
			run.Measurement = row.Measurement
		}
	}
	if run.MedianMs <= 0 {
		return Run{}, ErrNoTime
	}
	return run, nil
}

// Comparison is a case timed by two programs in turn.
type Comparison struct {
	Name string `json:"name"`
	// OursMs and TheirsMs are medians over the rounds of the medians of a round.
	OursMs   float64 `json:"ours_ms"`
	TheirsMs float64 `json:"theirs_ms"`
	// Ratio is how many times faster ours is: the median over the rounds of the
	// ratio of two neighbouring runs. Least and Most are the extremes.
	Ratio float64 `json:"ratio"`
	Least float64 `json:"ratio_least"`
	Most  float64 `json:"ratio_most"`
	// OursMB and TheirsMB are the most memory the processes had, of any round, in
	// units of 2²⁰ bytes.
	OursMB   float64 `json:"ours_mb,omitempty"`
	TheirsMB float64 `json:"theirs_mb,omitempty"`
	Peer     string  `json:"peer"`
	Rounds   int     `json:"rounds"`
}

// Compare times a case in both programs, one right after the other, round after
// round, so that what disturbs the machine disturbs both.
func Compare(ctx context.Context, ours, theirs Program, name string, rounds int) (Comparison, error) {
	c := Comparison{Name: name, Rounds: rounds}
	var times [2][]float64
	var ratios []float64
	for range rounds {
		mine, err := ours.Measure(ctx, name)
		if err != nil {
			return Comparison{}, err
		}
		other, err := theirs.Measure(ctx, name)
		if err != nil {
			return Comparison{}, err
		}
		times[0] = append(times[0], mine.MedianMs)
		times[1] = append(times[1], other.MedianMs)
		ratios = append(ratios, other.MedianMs/mine.MedianMs)
		c.OursMB = max(c.OursMB, float64(mine.PeakBytes)/(1<<20))
		c.TheirsMB = max(c.TheirsMB, float64(other.PeakBytes)/(1<<20))
		c.Peer = other.Peer
	}
	c.OursMs, c.TheirsMs, c.Ratio = middle(times[0]), middle(times[1]), middle(ratios)
	c.Least, c.Most = slices.Min(ratios), slices.Max(ratios)
	return c, nil
}

// middle is the median.
func middle(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}

// ComparisonHeader heads a Markdown table of comparisons.
const ComparisonHeader = `| work | ours, ms | theirs, ms | times faster | least – most | ours, MB | theirs, MB |
|---|---:|---:|---:|---:|---:|---:|`

// String is the comparison as a row of a Markdown table.
func (c Comparison) String() string {
	return fmt.Sprintf("| %s | %.3f | %.3f | %.2f | %.2f – %.2f | %.0f | %.0f |",
		c.Name, c.OursMs, c.TheirsMs, c.Ratio, c.Least, c.Most, c.OursMB, c.TheirsMB)
}
