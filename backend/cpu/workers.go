package cpu

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"espalier/internal/simd"
)

// Workers share out tasks. Whoever asks for work to be done takes part in it and
// never waits for a free worker, so nested and concurrent calls cannot deadlock: a
// task that was taken is being run by a goroutine that needs nobody else.
type Workers struct {
	count  int
	jobs   chan *job
	start  sync.Once
	closed chan struct{}
	close  sync.Once
	spare  sync.Pool
}

// job is one call of Parallel.
type job struct {
	run   func(task int)
	tasks int64
	next  atomic.Int64
	// pending counts tasks that have not ended, plus one for the caller.
	pending atomic.Int64
	// holders counts the goroutines that may still look at the job.
	holders atomic.Int64
	done    chan struct{}
	failure atomic.Pointer[TaskPanic]
}

// TaskPanic is what Parallel panics with when a task has panicked.
type TaskPanic struct {
	Value any
	Stack []byte
}

// Error describes the panic.
func (p *TaskPanic) Error() string { return fmt.Sprint(p.Value) }

// NewWorkers returns a pool in which count goroutines work at a time, the one that
// calls Parallel included.
func NewWorkers(count int) *Workers {
	return &Workers{count: count, jobs: make(chan *job, 4*count), closed: make(chan struct{})}
}

// Count of goroutines that work at a time.
func (w *Workers) Count() int { return w.count }

// Close lets the goroutines end. Parallel still works, on its caller alone.
func (w *Workers) Close() {
	w.close.Do(func() { close(w.closed) })
}

// Parallel calls run once for each task in [0, tasks), in any order and some at the
// same time, and returns when all have returned. What the tasks are must depend on
// shapes alone, never on Count. In them subnormal numbers are zero, whoever runs
// them.
func (w *Workers) Parallel(tasks int, run func(task int)) {
	if w.count == 1 || tasks <= 1 {
		inOrder(tasks, run)
		return
	}
	w.start.Do(w.startAll)
	j, _ := w.spare.Get().(*job)
	if j == nil {
		j = &job{done: make(chan struct{}, 1)}
	}
	j.run, j.tasks = run, int64(tasks)
	j.next.Store(0)
	j.pending.Store(int64(tasks))
	j.failure.Store(nil)
	helpers := min(w.count, tasks) - 1
	j.holders.Store(int64(helpers) + 1)
	w.invite(j, helpers)
	j.work()
	j.wait()
	failure := j.failure.Load()
	w.release(j)
	if failure != nil {
		panic(failure)
	}
}

// inOrder runs all tasks on the caller.
func inOrder(tasks int, run func(task int)) {
	defer simd.FlushSubnormals().Restore()
	for task := range tasks {
		run(task)
	}
}

// invite offers a job to idle workers. One that is not taken is not missed.
func (w *Workers) invite(j *job, helpers int) {
	for i := range helpers {
		select {
		case w.jobs <- j:
		default:
			j.holders.Add(int64(i - helpers))
			return
		}
	}
}

// release keeps the job for another call once nobody looks at it.
func (w *Workers) release(j *job) {
	if j.holders.Add(-1) == 0 {
		j.run = nil
		w.spare.Put(j)
	}
}

func (w *Workers) startAll() {
	for range w.count - 1 {
		go w.serve()
	}
}

// serve works until the pool is closed.
func (w *Workers) serve() {
	for {
		j := w.await()
		if j == nil {
			return
		}
		j.work()
		w.release(j)
	}
}

// spins is for how many looks a worker stays awake after a job: the next one comes
// within microseconds in a training step, and waking a goroutine costs as much.
const spins = 200

// await returns the next job, or nil once the pool is closed.
func (w *Workers) await() *job {
	for range spins {
		select {
		case j := <-w.jobs:
			return j
		default:
			runtime.Gosched()
		}
	}
	select {
	case j := <-w.jobs:
		return j
	case <-w.closed:
		return nil
	}
}

// work runs tasks until none is left.
func (j *job) work() {
	defer simd.FlushSubnormals().Restore()
	for {
		task := j.next.Add(1) - 1
		if task >= j.tasks {
			return
		}
		j.one(int(task))
		if j.pending.Add(-1) == 0 {
			j.done <- struct{}{}
		}
	}
}

// one runs a task and keeps the first panic for the caller.
func (j *job) one(task int) {
	defer func() {
		if value := recover(); value != nil {
			if nested, ok := value.(*TaskPanic); ok {
				j.failure.CompareAndSwap(nil, nested)
				return
			}
			j.failure.CompareAndSwap(nil, &TaskPanic{Value: value, Stack: debug.Stack()})
		}
	}()
	j.run(task)
}

// wait returns when the last task has ended.
func (j *job) wait() {
	for range spins {
		if j.pending.Load() == 0 {
			break
		}
		runtime.Gosched()
	}
	<-j.done
}
