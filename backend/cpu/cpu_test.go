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

func TestBackendConformance(t *testing.T) {
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
