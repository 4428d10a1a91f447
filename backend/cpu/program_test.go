package cpu

import (
	"errors"
	"testing"
	"unsafe"
)

// TestFramesOfFailedCallsAreKept makes sure that a call which fails gives its memory back
// as any other does.
func TestFramesOfFailedCallsAreKept(t *testing.T) {
	failure := errors.New("a step that fails")
	p := &program{steps: []step{{run: func(*frame) error { return failure }}}}
	for range 3 {
		if err := p.call(nil, nil); !errors.Is(err, failure) {
			t.Fatalf("error %v, want %v", err, failure)
		}
	}
	if len(p.idle) != 1 {
		t.Errorf("%d frames are kept after calls one after the other, want 1", len(p.idle))
	}
	loop := &while{cond: part{program: p}, body: part{program: p}, holds: operand{}}
	if err := loop.run(&frame{program: p, base: make([]unsafe.Pointer, 1)}); !errors.Is(err, failure) {
		t.Fatalf("loop: error %v, want %v", err, failure)
	}
	if len(p.idle) != 2 {
		t.Errorf("%d frames are kept after a loop of two programs, want 2", len(p.idle))
	}
}
