package bench

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"espalier/backend"
)

func TestSelect(t *testing.T) {
	all, err := Select(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for _, c := range all {
		if names[c.Name] {
			t.Errorf("two benchmarks are called %s", c.Name)
		}
		names[c.Name] = true
	}
	for _, name := range []string{ // some of the peer program's
		"sgemm/512", "sgemm/60x784x300", "train/lenet300/b60", "infer/lenet300/b1000", "train/resnet20/b128", "infer/mobilenet1/b64",
		"conv3x3/B128-H32-I16-O16-S1-G1/fwd", "conv3x3/B64-H16-I128-O128-S1-G128/train", "conv1x1/B64-H16-I256-O512/fwd",
	} {
		if !names[name] {
			t.Errorf("no benchmark is called %s", name)
		}
	}
	some, err := Select([]string{"sgemm/", "train/lenet300"}, nil)
	if err != nil || len(some) != 6 {
		t.Errorf("%d selected, %v, want 6", len(some), err)
	}
	if _, err := Select([]string{"sgemm/", "gemm"}, nil); err == nil || !strings.Contains(err.Error(), `"gemm"`) {
		t.Errorf("an unknown prefix: %v", err)
	}
}

func TestTimedWarmsUpAndStopsWhenEnoughIsKnown(t *testing.T) {
	calls := 0
	times, err := timed(t.Context(), func() error { calls++; return nil })
	if err != nil || len(times) != mostCalls || calls != mostCalls+warmUps {
		t.Errorf("%d times of %d calls, %v", len(times), calls, err)
	}
	failure := errors.New("broken")
	if _, err := timed(t.Context(), func() error { return failure }); !errors.Is(err, failure) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := timed(ctx, func() error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if !enough(leastCalls, time.Now().Add(-time.Second)) || enough(leastCalls-1, time.Now().Add(-time.Second)) || enough(leastCalls, time.Now().Add(time.Hour)) {
		t.Error("enough does not keep its bounds")
	}
}

// Each kind of case runs on the default backend.
func TestCasesRun(t *testing.T) {
	chosen, err := backend.New("")
	if err != nil {
		t.Fatal(err)
	}
	cases := []Case{
		product("product", 3, 4, 5), convolution{2, 8, 3, 4, 2, 1, 3}.forward("forward"),
		convolution{2, 8, 4, 4, 1, 2, 3}.training("training"), training("steps", "lenet-digits", 5), inference("outputs", "lenet-digits", 5),
		registerTile(), compilation("compile", "lenet-digits", 5),
	}
	for _, c := range cases {
		m, err := c.Measure(t.Context(), chosen.Backend)
		if err != nil || m.Name != c.Name || m.BestMs > m.MedianMs || m.MedianMs < 0 {
			t.Errorf("%s: %+v, %v", c.Name, m, err)
		}
	}
	if i := slices.IndexFunc(cases, func(c Case) bool { return c.Operations == 2*3*4*5 }); i != 0 {
		t.Error("a product of 3×4 and 4×5 matrices does not count 120 operations")
	}
}
