package main

import "testing"

// TestGeneratedIsCurrent fails when the checked-in assembly is not what this
// generator writes.
func TestGeneratedIsCurrent(t *testing.T) {
	if err := run("../../internal/simd", true); err != nil {
		t.Fatal(err)
	}
}
