package cpu

import (
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/support/backendtest"
)

// newBackend starts a backend that the test ends.
func newBackend(t testing.TB, option string) *Backend {
	t.Helper()
	b, err := New(option)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Finalize)
	return b.(*Backend)
}

// skipWithoutStockProducts skips a test that multiplies matrices on the stock
// backend where that ends the process.
func skipWithoutStockProducts(t *testing.T) {
	t.Helper()
	if raceEnabled {
		t.Skip("matrix products of go:ops_sequential (compute v0.1.6) fail the race detector's pointer checks: " +
			"run without -race")
	}
}

func TestBackendConformance(t *testing.T) {
	skipWithoutStockProducts(t)
	backendtest.RunAll(t, newBackend(t, ""), nil)
}

func TestNewRefusesUnknownOptions(t *testing.T) {
	for _, option := range []string{"workers", "workers=0", "workers=many", "threads=2"} {
		if _, err := New(option); err == nil {
			t.Errorf("option %q was accepted", option)
		}
	}
	b, err := compute.NewWithConfig("cpu:workers=3")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	if got := b.(*Backend).workers.Count(); got != 3 {
		t.Errorf("%d workers, want 3", got)
	}
}
