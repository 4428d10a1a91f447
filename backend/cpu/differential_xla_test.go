//go:build xla

package cpu_test

import (
	"testing"

	"github.com/gomlx/compute"

	"espalier/backend"
	"espalier/backend/cpu"
)

// openXLA starts XLA on the processor. A build with the tag xla is for comparing with
// it, so that a missing plugin is a failure.
func openXLA(t *testing.T) compute.Backend {
	t.Helper()
	choice, err := backend.New("xla")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(choice.Backend.Finalize)
	return choice.Backend
}

// TestRandomGraphsOnXLA is TestRandomGraphs with XLA as the reference.
func TestRandomGraphsOnXLA(t *testing.T) {
	cpu.CompareRandomGraphs(t, openXLA(t))
}
