package cpu

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"espalier/internal/simd"
)

// Workers is a pool of goroutines that run tasks. The caller of Parallel takes part in the
// work and never waits for a free worker, so nested and concurrent calls cannot deadlock:
// every task that was taken is run by a goroutine that needs no other.
//
// Each worker begins with its own share of the tasks, the same in every job of as many
// tasks, so that it most often finds the data in its own cache; then it takes tasks of the
// others.
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
	run    func(task int)
	shares []taskRange // one for each goroutine that may take part
	// pending counts tasks that have not ended.
	pending atomic.Int64
	// holders counts the goroutines that may still look at the job.
	holders atomic.Int64
	// asleep says that the caller waits for done, or is about to.
	asleep  atomic.Bool
	done    chan struct{}
	failure atomic.Pointer[TaskPanic]
}

// TaskPanic is the value with which Parallel panics after a task has panicked.
type TaskPanic struct {
	Value any    // of the task's panic
	Stack []byte // of the goroutine that ran the task
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

// Close ends the goroutines. Parallel still works, on its caller alone.
func (w *Workers) Close() {
	w.close.Do(func() { close(w.closed) })
}

// Parallel calls run once for each task in [0, tasks), in any order and some at the same
// time, and returns when all calls have returned. If a task panics, so does Parallel, with
// a *TaskPanic if several goroutines take part. The division into tasks must depend on
// shapes alone, never on Count. During a task subnormal numbers count as zero, in whichever
// goroutine it runs.
func (w *Workers) Parallel(tasks int, run func(task int)) {
	if w.count == 1 || tasks <= 1 {
		inOrder(tasks, run)
		return
	}
	w.start.Do(w.startAll)
	j := w.newJob(tasks, run)
	w.invite(j)
	turn := newTurn()
	j.work(0, &turn)
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

// newJob returns a job whose tasks are dealt out in equal shares.
func (w *Workers) newJob(tasks int, run func(task int)) *job {
	j, _ := w.spare.Get().(*job)
	if j == nil {
		j = &job{done: make(chan struct{}, 1), shares: make([]taskRange, w.count)}
	}
	j.run = run
	j.pending.Store(int64(tasks))
	j.failure.Store(nil)
	parts := min(w.count, tasks)
	j.shares = j.shares[:parts]
	for i := range j.shares {
		j.shares[i].set(tasks*i/parts, tasks*(i+1)/parts)
	}
	j.holders.Store(int64(parts))
	return j
}

// invite offers a job to as many workers as it has shares for. If the queue is full, the
// job runs with fewer.
func (w *Workers) invite(j *job) {
	helpers := len(j.shares) - 1
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
	for i := range w.count - 1 {
		go w.serve(i + 1)
	}
}

// serve works until the pool is closed.
func (w *Workers) serve(worker int) {
	turn := newTurn()
	for j := w.await(); j != nil; j = w.await() {
		j.work(worker, &turn)
		w.release(j)
		if turn.isOver() {
			turn.end()
		}
	}
}

// await returns the next job, or nil once the pool is closed.
func (w *Workers) await() *job {
	for look := look(0); look.again(); {
		select {
		case j := <-w.jobs:
			return j
		default:
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
func (j *job) work(worker int, turn *turn) {
	arithmetic := simd.FlushSubnormals()
	defer func() { arithmetic.Restore() }()
	own := worker % len(j.shares)
	for task, ok := j.take(own); ok; task, ok = j.take(own) {
		j.one(task)
		if turn.isOver() {
			arithmetic.Restore()
			turn.end()
			arithmetic = simd.FlushSubnormals()
		}
	}
}

// take takes a task: the first of the share of its own, else the last of another.
func (j *job) take(own int) (task int, ok bool) {
	if task, ok = j.shares[own].takeFirst(); ok {
		return task, true
	}
	for i := 1; i < len(j.shares) && !ok; i++ {
		task, ok = j.shares[(own+i)%len(j.shares)].takeLast()
	}
	return task, ok
}

// one runs a task, keeps the first panic for the caller, and tells it after the
// last task.
func (j *job) one(task int) {
	defer func() {
		if value := recover(); value != nil {
			j.fail(value)
		}
		if j.pending.Add(-1) == 0 && j.asleep.CompareAndSwap(true, false) {
			j.done <- struct{}{}
		}
	}()
	j.run(task)
}

// fail keeps the first panic.
func (j *job) fail(value any) {
	failure, ok := value.(*TaskPanic)
	if !ok {
		failure = &TaskPanic{Value: value, Stack: debug.Stack()}
	}
	j.failure.CompareAndSwap(nil, failure)
}

// wait returns when the last task has ended. It sleeps only where that takes long.
func (j *job) wait() {
	for look := look(0); j.pending.Load() != 0; {
		if look.again() {
			continue
		}
		j.asleep.Store(true)
		if j.pending.Load() != 0 || !j.asleep.CompareAndSwap(true, false) {
			<-j.done
		}
	}
}
