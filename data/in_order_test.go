package data

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// Whoever takes one value finds at most so many others begun.
func TestInOrderIsBounded(t *testing.T) {
	for _, ahead := range []int{1, 2, 5} {
		for _, workers := range []int{1, 3, 8} {
			synctest.Test(t, func(t *testing.T) {
				var begun atomic.Int64
				taken := 0
				for value, err := range inOrder(context.Background(), 10, 40, workers, ahead, func(n int) int {
					begun.Add(1)
					return n
				}) {
					if err != nil {
						t.Fatal(err)
					}
					if value != 10+taken {
						t.Errorf("got %d after %d others", value, taken)
					}
					taken++
					synctest.Wait() // until the workers can do no more
					if got, want := int(begun.Load()), min(30, taken+ahead); got != want {
						t.Errorf("%d workers, %d ahead: %d begun after %d were taken, want %d", workers, ahead, got, taken, want)
					}
				}
				if taken != 30 {
					t.Errorf("%d values, want 30", taken)
				}
			})
		}
	}
}
