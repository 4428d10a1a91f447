package bench

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/gomlx/compute"

	"espalier/sparse"
)

// Case is one thing to time.
type Case struct {
	// Name says what is done and on which sizes, as in sgemm/512.
	Name string
	// Operations are the floating-point operations of one call, multiply and add
	// counted as two; 0 where nobody counts them.
	Operations float64
	// PeerName is what the peer program calls the work to compare with, and
	// PeerThreads how many threads it may have; "" is Name, 0 all.
	PeerName    string
	PeerThreads int

	// speedup is what times notes of a dense program; nil where there is none.
	speedup *Speedup
	// edges are the products of a sparse matrix's element with a number; nil where
	// there are none.
	edges func() float64
	// times sets everything up and returns how long the calls took, in their
	// order.
	times func(context.Context, compute.Backend) ([]time.Duration, error)
}

// Measurement is how long a case took.
type Measurement struct {
	Name     string  `json:"name"`
	MedianMs float64 `json:"median_ms"`
	BestMs   float64 `json:"best_ms"`
	Gflops   float64 `json:"gflops,omitempty"`
	Gedges   float64 `json:"gedges,omitempty"`
	// PeakMB is the most memory that this process had until then, in units of 2²⁰
	// bytes, what cases before this one took included; 0 where that is not known.
	PeakMB float64 `json:"peak_mb,omitempty"`
	// Speedup compares with a dense program, where there is one.
	Speedup *Speedup `json:"speedup,omitempty"`
}

// String is the measurement in one line.
func (m Measurement) String() string {
	line := fmt.Sprintf("%-40s %10.3f ms median %10.3f ms best", m.Name, m.MedianMs, m.BestMs)
	if m.Gflops > 0 {
		line += fmt.Sprintf(" %8.1f GFLOP/s", m.Gflops)
	}
	if m.Gedges > 0 {
		line += fmt.Sprintf(" %8.3f G edge·columns/s", m.Gedges)
	}
	if m.PeakMB > 0 {
		line += fmt.Sprintf(" %6.0f MB at most", m.PeakMB)
	}
	if m.Speedup != nil {
		line += " " + m.Speedup.String()
	}
	return line
}

// Cases lists all cases, in the order in which they are run. Those that compile pruned
// networks keep what they measure for that in the tuning, which may be nil.
func Cases(tuning *sparse.Tuning) []Case {
	return slices.Concat(products(), convolutions(), networks(), graphNetworks(), coSparsifications(), sparseMatrices(), sparseNetworks(tuning))
}

// families are the first parts of the names of cases, up to the slash, each once.
func families(cases []Case) []string {
	var names []string
	for _, c := range cases {
		family, _, _ := strings.Cut(c.Name, "/")
		if !slices.Contains(names, family+"/") {
			names = append(names, family+"/")
		}
	}
	return names
}

// Select returns the cases whose names begin with one of the prefixes, all without
// a prefix. A prefix of no name is an error.
func Select(prefixes []string, tuning *sparse.Tuning) ([]Case, error) {
	cases := Cases(tuning)
	for _, prefix := range prefixes {
		if !slices.ContainsFunc(cases, func(c Case) bool { return strings.HasPrefix(c.Name, prefix) }) {
			return nil, fmt.Errorf("no benchmark begins with %q: they begin with %s", prefix, strings.Join(families(cases), ", "))
		}
	}
	if len(prefixes) == 0 {
		return cases, nil
	}
	return slices.DeleteFunc(cases, func(c Case) bool {
		return !slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(c.Name, prefix) })
	}), nil
}

// The rules of timing, those of the peer program.
const (
	warmUps    = 2
	period     = 3 * time.Second
	leastCalls = 5
	mostCalls  = 400
)

// Measure times the case on a backend.
func (c Case) Measure(ctx context.Context, backend compute.Backend) (Measurement, error) {
	times, err := c.times(ctx, backend)
	if err != nil {
		return Measurement{}, fmt.Errorf("benchmark %s: %w", c.Name, err)
	}
	slices.Sort(times)
	median := times[len(times)/2]
	m := Measurement{Name: c.Name, MedianMs: milliseconds(median), BestMs: milliseconds(times[0]), Speedup: c.speedup}
	m.PeakMB = math.Round(float64(ownPeakMemory()) / (1 << 20))
	if c.Operations > 0 {
		m.Gflops = math.Round(c.Operations/median.Seconds()/1e7) / 100
	}
	if c.edges != nil {
		m.Gedges = math.Round(c.edges()/median.Seconds()/1e6) / 1000
	}
	return m, nil
}

// timed calls until enough is known and returns how long the calls took.
func timed(ctx context.Context, call func() error) ([]time.Duration, error) {
	for range warmUps {
		if err := call(); err != nil {
			return nil, err
		}
	}
	var times []time.Duration
	for end := time.Now().Add(period); !enough(len(times), end); {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		start := time.Now()
		if err := call(); err != nil {
			return nil, err
		}
		times = append(times, time.Since(start))
	}
	return times, nil
}

// enough reports whether so many calls will do when timing should end at a time.
func enough(calls int, end time.Time) bool {
	return calls >= mostCalls || calls >= leastCalls && time.Now().After(end)
}

func milliseconds(d time.Duration) float64 { return math.Round(d.Seconds()*1e7) / 1e4 }
