//go:build xla

package cpu_test

import (
	"testing"

	"espalier/backend"
	"espalier/backend/cpu"
)

// openXLA starts XLA on the processor. A build with the tag xla is for comparing with
// it, so that a missing plugin is a failure.
func openXLA(t *testing.T) cpu.Reference {
	t.Helper()
	choice, err := backend.New("xla")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(choice.Backend.Finalize)
	return cpu.Reference{Backend: choice.Backend, BatchNorm: true}
}

// TestRandomGraphsOnXLA is TestRandomGraphs with XLA as the reference.
func TestRandomGraphsOnXLA(t *testing.T) {
	cpu.CompareRandomGraphs(t, openXLA(t))
}

// TestRandomLayersOnXLA is TestRandomLayers with XLA as the reference, batch
// normalization as one operation included.
func TestRandomLayersOnXLA(t *testing.T) {
	cpu.CompareRandomLayers(t, openXLA(t))
}
