package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"espalier/internal/durable"
	"espalier/prune"
	"espalier/sparse"
)

// Every network is timed pruned in each way with two sizes of batches and one and two
// workers.
func TestSparseNetworksAreListed(t *testing.T) {
	names := make(map[string]bool)
	for _, c := range sparseNetworks(nil) {
		names[c.Name] = true
	}
	for network, prunings := range map[string][]string{
		"resnet18":   {"unstructured-80", "unstructured-90", "unstructured-95", "regroup-80", "refill-50-macs"},
		"vgg16":      {"unstructured-80", "unstructured-90", "unstructured-95", "regroup-80", "refill-50-macs"},
		"mobilenet1": {"pointwise-80", "pointwise-90"},
	} {
		for _, pruning := range prunings {
			for _, batch := range []int{64, 1} {
				for _, workers := range []int{1, 2} {
					if name := fmt.Sprintf("sparse/%s/%s/b%d/w%d", network, pruning, batch, workers); !names[name] {
						t.Errorf("no benchmark is called %s", name)
					}
				}
			}
		}
	}
}

// A network is pruned once for all its cases, and what was measured to compile it is not
// measured again.
func TestSparseNetworksArePreparedOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("not timing a network three times, which takes nine seconds: -short is set")
	}
	times := 0
	counted := unstructured(.8)
	inner := counted.mask
	counted.mask = func(ctx context.Context, in prune.Input) (*prune.Mask, error) { times++; return inner(ctx, in) }
	tuning := sparse.NewTuning("some processor")
	s := &subject{dense: func() (dense, error) { return initialised("resnet-digits") }, pruning: counted, tuning: tuning}
	var kept [3]string
	for i, c := range []Case{s.compiled("digits", 16, 1), s.compiled("digits", 16, 1), s.compiled("digits", 1, 1)} {
		m, err := c.Measure(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if m.Speedup.Theoretical < 2 || m.Speedup.Times <= 0 || m.Speedup.Least > m.Speedup.Times || m.Speedup.Times > m.Speedup.Most {
			t.Errorf("%s: %+v", c.Name, m.Speedup)
		}
		path := filepath.Join(t.TempDir(), "tuning.json")
		if err := tuning.Write(durable.OS{}, path); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		kept[i] = string(content)
	}
	if times != 1 {
		t.Errorf("the network was pruned %d times", times)
	}
	if !strings.Contains(kept[0], `"sparse"`) || kept[0] != kept[1] {
		t.Error("the same program was measured again")
	}
	if kept[1] == kept[2] {
		t.Error("measurements of another batch were used")
	}
}

func TestRefillThatCannotBeMet(t *testing.T) {
	d, err := initialised("resnet-digits")
	if err != nil {
		t.Fatal(err)
	}
	_, err = refill(1e-6).mask(t.Context(), prune.Input{Network: d.network, Weights: d.weights, Initial: d.weights})
	if err == nil || !strings.Contains(err.Error(), "no density leaves at most 1e-06 of the multiply-accumulates") {
		t.Errorf("error %v", err)
	}
}
