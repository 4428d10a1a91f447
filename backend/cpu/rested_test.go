package cpu_test

import (
	"errors"
	"testing"
	"time"

	"espalier/backend/cpu"
)

// The first call does not count, and an error of either is the error.
func TestRestedTimesTheSecondCall(t *testing.T) {
	calls := 0
	took, err := cpu.Rested(func() error {
		if calls++; calls == 1 {
			time.Sleep(100 * time.Millisecond)
		}
		return nil
	})
	if err != nil || calls != 2 || took > 50*time.Millisecond {
		t.Errorf("%d calls, the second in %v, error %v", calls, took, err)
	}
	broken := errors.New("broken")
	for fails := 1; fails <= 2; fails++ {
		calls = 0
		_, err := cpu.Rested(func() error {
			if calls++; calls == fails {
				return broken
			}
			return nil
		})
		if !errors.Is(err, broken) || calls != fails {
			t.Errorf("call %d fails: error %v after %d calls", fails, err, calls)
		}
	}
}
