package experiments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"

	"espalier/backend"
	"espalier/progress"
)

// Runner runs cells and keeps their results in a store.
type Runner struct {
	Store *Store
	// Backend is the name of the backend, as backend.New takes it. It is started
	// when the first cell needs it.
	Backend string
	// Data is the data folder, or a list of them as in PATH.
	Data string
	// Workers is how many cells run at a time; 0 is one for each processor.
	Workers int
	// Progress shows how far the run and each of its trainings are; nil: silent.
	Progress progress.Reporter
	// Log is told what else a user should know, such as that another process
	// works on a cell; nil: slog.Default().
	Log *slog.Logger
}

// Run returns the results of cells, in their order: those that the store has are
// read, the others are run on the pool of workers, each after the cells it needs.
// When a cell fails, or the context is cancelled, those that run are told to keep
// a checkpoint and stop; running again goes on from there.
func (r Runner) Run(ctx context.Context, cells []Cell) ([]*Result, error) {
	results := make([]*Result, len(cells))
	finished := 0
	for i, cell := range cells {
		result, err := r.Store.Result(cell.Desc)
		if errors.Is(err, ErrNotFinished) {
			continue
		} else if err != nil {
			return nil, err
		}
		results[i] = result
		finished++
	}
	if finished == len(cells) {
		return results, nil
	}
	chosen, err := backend.New(r.Backend)
	if err != nil {
		return nil, err
	}
	pool, err := newPool(r.withDefaults(), chosen, cells, results, finished)
	if err != nil {
		return nil, err
	}
	return results, pool.run(ctx)
}

func (r Runner) withDefaults() Runner {
	r.Log = cmp.Or(r.Log, slog.Default())
	if r.Workers < 1 {
		r.Workers = runtime.GOMAXPROCS(0)
	}
	if r.Progress == nil {
		r.Progress = progress.Silent
	}
	return r
}

// pool is one run of a Runner.
type pool struct {
	Runner
	chosen  *backend.Choice
	cells   []Cell
	results []*Result
	tokens  chan struct{}
	done    []chan struct{} // closed when the cell is finished or will never be
	needs   [][]int         // indices of the cells that each waits for

	mu       sync.Mutex
	finished int
	task     progress.Task
	err      error
	cancel   context.CancelFunc
}

func newPool(r Runner, chosen *backend.Choice, cells []Cell, results []*Result, finished int) (*pool, error) {
	p := &pool{
		Runner: r, chosen: chosen, cells: cells, results: results, finished: finished,
		tokens: make(chan struct{}, r.Workers), done: make([]chan struct{}, len(cells)), needs: make([][]int, len(cells)),
	}
	index := make(map[string]int, len(cells))
	for i, cell := range cells {
		digest := cell.Desc.Digest()
		if _, taken := index[digest]; taken {
			return nil, fmt.Errorf("cell %s is planned twice", cell.Desc)
		}
		index[digest] = i
		p.done[i] = make(chan struct{})
		if results[i] != nil {
			close(p.done[i])
		}
	}
	for i, cell := range cells {
		for _, need := range cell.Needs {
			// A cell comes after what it needs, so no two wait for each other.
			j, ok := index[need.Digest()]
			if !ok || j >= i {
				return nil, fmt.Errorf("cell %s needs %s, which is not planned before it", cell.Desc, need)
			}
			p.needs[i] = append(p.needs[i], j)
		}
	}
	return p, nil
}

func (p *pool) run(ctx context.Context) error {
	ctx, p.cancel = context.WithCancel(ctx)
	defer p.cancel()
	p.task = p.Progress.Start("cells", len(p.cells))
	defer p.task.End()
	p.task.Step(p.finished)
	var workers sync.WaitGroup
	for i := range p.cells {
		if p.results[i] != nil {
			continue
		}
		workers.Go(func() {
			defer close(p.done[i])
			if err := p.await(ctx, i); err != nil {
				p.fail(err)
				return
			}
			defer func() { <-p.tokens }()
			if err := p.runCell(ctx, i); err != nil {
				p.fail(err)
			}
		})
	}
	workers.Wait()
	if p.err != nil {
		return fmt.Errorf("%w (%d of %d cells are finished; the same command goes on)", p.err, p.finished, len(p.cells))
	}
	return nil
}

// await returns when the cell may start: all it needs is there and a worker is
// free.
func (p *pool) await(ctx context.Context, i int) error {
	for _, need := range p.needs[i] {
		<-p.done[need]
	}
	select {
	case p.tokens <- struct{}{}:
		if ctx.Err() != nil {
			<-p.tokens
			return ctx.Err()
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fail keeps the first error and stops the other cells.
func (p *pool) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
	p.cancel()
}

// runCell runs one cell under its lock, unless another process has finished it.
func (p *pool) runCell(ctx context.Context, i int) (err error) {
	cell := p.cells[i]
	claim, err := p.Store.claim(ctx, cell.Desc, func() {
		p.Log.Info("another process works on this cell: waiting for it", "cell", cell.Desc.String())
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, claim.release()) }()
	result, err := p.Store.Result(cell.Desc)
	if errors.Is(err, ErrNotFinished) {
		result, err = p.work(ctx, cell, claim)
	}
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.results[i] = result
	p.finished++
	p.task.Step(p.finished)
	return nil
}

func (p *pool) work(ctx context.Context, cell Cell, claim *claim) (*Result, error) {
	if err := claim.begin(); err != nil {
		return nil, err
	}
	work := Work{
		Folder: p.Store.CellFolder(cell.Desc), Backend: p.chosen.Backend, Data: p.Data,
		Progress: p.Progress, Log: p.Log,
	}
	for _, need := range cell.Needs {
		work.Needed = append(work.Needed, p.Store.CellFolder(need))
	}
	outcome, err := cell.run(ctx, work)
	if err != nil {
		if ctx.Err() == nil {
			err = fmt.Errorf("cell %s: %w", cell.Desc, err)
		} else {
			err = ctx.Err()
		}
		return nil, errors.Join(err, claim.pause())
	}
	spent := claim.spent()
	provenance := hereAndNow(p.chosen.Name, p.chosen.Version)
	provenance.DataDigests = outcome.Data
	provenance.WallSeconds, provenance.Processes = spent.Seconds, spent.Processes
	result := &Result{Desc: cell.Desc, Measurements: outcome.Measurements, Provenance: provenance}
	return result, p.Store.finish(result, outcome.Curves)
}
