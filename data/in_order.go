package data

import (
	"context"
	"iter"
	"sync"
)

// inOrder yields prepare(first), prepare(first+1), ..., prepare(end−1), computed by
// several workers, of which at most ahead+1 are under way or wait to be taken. It
// returns when the workers have; the context ends it early with its error.
func inOrder[T any](ctx context.Context, first, end, workers, ahead int, prepare func(int) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		inner, cancel := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()
		queue := make(chan chan T, ahead) // in order, each with room for its result
		jobs := make(chan job[T])
		running.Go(func() { enqueue(inner, first, end, queue, jobs) })
		for range min(workers, end-first) {
			running.Go(func() {
				for j := range jobs {
					j.done <- prepare(j.number)
				}
			})
		}
		for {
			value, ok := next(inner, queue)
			if err := ctx.Err(); err != nil {
				var none T
				yield(none, context.Cause(ctx))
				return
			}
			if !ok || !yield(value, nil) {
				return
			}
		}
	}
}

type job[T any] struct {
	number int
	done   chan<- T
}

// enqueue hands out the jobs. A job first takes its place in the queue, which
// blocks while as many as may be are ahead.
func enqueue[T any](ctx context.Context, first, end int, queue chan<- chan T, jobs chan<- job[T]) {
	defer close(queue)
	defer close(jobs)
	for number := first; number < end; number++ {
		done := make(chan T, 1)
		select {
		case queue <- done:
		case <-ctx.Done():
			return
		}
		select {
		case jobs <- job[T]{number, done}:
		case <-ctx.Done():
			return
		}
	}
}

// next waits for the value at the head of the queue; not ok means that there is
// none or that the context is done.
func next[T any](ctx context.Context, queue <-chan chan T) (value T, ok bool) {
	select {
	case done, open := <-queue:
		if !open {
			return value, false
		}
		select {
		case value = <-done:
			return value, true
		case <-ctx.Done():
		}
	case <-ctx.Done():
	}
	return value, false
}
