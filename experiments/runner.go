package experiments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"

	"espalier/backend"
	"espalier/data"
	"espalier/progress"
	"espalier/sparse"
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
	// Tuning has what was measured before of how pruned networks are computed fastest, and
	// gets what is measured; nil: the run measures anew.
	Tuning *sparse.Tuning
	// Progress shows how far the run and each of its trainings are; nil: silent.
	Progress progress.Reporter
	// Log is told what else a user should know, such as that another process
	// works on a cell; nil: slog.Default().
	Log *slog.Logger
}

// Run returns the results of cells, in their order: those that the store has are read,
// the others are run on the pool of workers, each after the cells it needs. When a cell
// fails, or the context is cancelled, running cells write a checkpoint and stop;
// running again continues from there. A cell whose data is missing does not stop the
// others: its result and those of cells that need it are nil, and the error, a
// *MissingDataError, says what is missing.
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
	r = r.withDefaults()
	r.tellOtherBackends(results)
	if finished == len(cells) && len(untimed(cells, results)) == 0 {
		return results, nil
	}
	chosen, err := backend.New(r.Backend)
	if err != nil {
		return nil, err
	}
	pool, err := newPool(r, chosen, cells, results, finished)
	if err != nil {
		return nil, err
	}
	if err := pool.run(ctx); err != nil {
		return results, err
	}
	return results, pool.time(ctx)
}

func (r Runner) withDefaults() Runner {
	r.Log = cmp.Or(r.Log, slog.Default())
	if r.Tuning == nil {
		r.Tuning = sparse.NewTuning(ThisProcessor().Model)
	}
	if r.Workers < 1 {
		r.Workers = runtime.GOMAXPROCS(0)
	}
	if r.Progress == nil {
		r.Progress = progress.Silent
	}
	return r
}

// tellOtherBackends says so where results that are there are not those of the
// backend that was asked for: a description does not say by which it is run.
func (r Runner) tellOtherBackends(results []*Result) {
	for _, result := range results {
		if result != nil && r.Backend != "" && result.Provenance.Backend != r.Backend {
			r.Log.Warn("results that were computed on another backend are taken as they are; name another run folder to compute them again",
				"asked", r.Backend, "computed", result.Provenance.Backend)
			return
		}
	}
}

// pool is one run of a Runner.
type pool struct {
	Runner
	chosen  *backend.Choice
	cells   []Cell
	results []*Result
	needs   [][]int // indices of the cells that each comes after
	task    progress.Task
	cancel  context.CancelFunc

	mu       sync.Mutex
	changed  sync.Cond // a cell has ended
	started  []bool
	finished int
	missing  MissingDataError
	err      error
}

func newPool(r Runner, chosen *backend.Choice, cells []Cell, results []*Result, finished int) (*pool, error) {
	p := &pool{
		Runner: r, chosen: chosen, cells: cells, results: results, finished: finished,
		needs: make([][]int, len(cells)), started: make([]bool, len(cells)),
		missing: MissingDataError{cells: make(map[int]bool), planned: len(cells)},
	}
	p.changed.L = &p.mu
	index := make(map[string]int, len(cells))
	for i, cell := range cells {
		digest := cell.Desc.Digest()
		if _, taken := index[digest]; taken {
			return nil, fmt.Errorf("cell %s is planned twice", cell.Desc)
		}
		for _, need := range cell.Needs {
			// A cell comes after what it needs, so no two wait for each other.
			j, ok := index[need.Digest()]
			if !ok {
				return nil, fmt.Errorf("cell %s needs %s, which is not planned before it", cell.Desc, need)
			}
			p.needs[i] = append(p.needs[i], j)
		}
		index[digest] = i
		p.started[i] = results[i] != nil
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
	for range min(p.Workers, len(p.cells)) {
		workers.Go(func() {
			for i, ok := p.next(ctx); ok; i, ok = p.next(ctx) {
				p.ended(i, p.runCell(ctx, i))
			}
		})
	}
	workers.Wait()
	if p.err == nil && p.finished < len(p.cells) {
		p.err = ctx.Err()
	}
	if p.err == nil {
		return p.missing.orNil()
	}
	if p.err != nil && errors.Is(p.err, ctx.Err()) {
		return fmt.Errorf("%w (%d of %d cells are finished; the same command goes on)", p.err, p.finished, len(p.cells))
	}
	return p.err
}

// next returns the first cell that nobody has begun and that has what it needs. It
// waits while others must end first; false says that there is nothing more to do.
func (p *pool) next(ctx context.Context) (int, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for ctx.Err() == nil {
		waits := false
		for i := range p.cells {
			switch {
			case p.started[i]:
			case p.hopeless(i):
				p.started[i] = true
				p.missing.cells[i] = true
			case p.ready(i):
				p.started[i] = true
				return i, true
			default:
				waits = true
			}
		}
		if !waits {
			return 0, false
		}
		p.changed.Wait()
	}
	return 0, false
}

// ready reports whether all cells that a cell needs are finished.
func (p *pool) ready(i int) bool {
	return !slices.ContainsFunc(p.needs[i], func(need int) bool { return p.results[need] == nil })
}

// hopeless reports whether a cell needs one whose data is missing.
func (p *pool) hopeless(i int) bool {
	return slices.ContainsFunc(p.needs[i], func(need int) bool { return p.missing.cells[need] })
}

// ended counts a cell that has ended. The first error that is not about missing data
// stops the others.
func (p *pool) ended(i int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var missing *data.MissingError
	switch {
	case err == nil:
		p.finished++
		p.task.Step(p.finished)
	case errors.As(err, &missing):
		p.missing.add(i, missing)
	default:
		p.err = cmp.Or(p.err, err)
		p.cancel()
	}
	p.changed.Broadcast()
}

// claim takes a cell's lock, and says so where it has to wait for it.
func (p *pool) claim(ctx context.Context, cell Cell) (*claim, error) {
	return p.Store.claim(ctx, cell.Desc, func() {
		p.Log.Info("another process works on this cell: waiting for it", "cell", cell.Desc.String())
	})
}

// runCell runs one cell under its lock, unless another process has finished it.
func (p *pool) runCell(ctx context.Context, i int) (err error) {
	cell := p.cells[i]
	claim, err := p.claim(ctx, cell)
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
	return nil
}

func (p *pool) work(ctx context.Context, cell Cell, claim *claim) (*Result, error) {
	if err := claim.begin(); err != nil {
		return nil, err
	}
	outcome, err := cell.run(ctx, p.workOf(cell))
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

// workOf is what a cell is given to run with.
func (p *pool) workOf(cell Cell) Work {
	work := Work{
		Folder: p.Store.CellFolder(cell.Desc), Backend: p.chosen.Backend, Data: p.Data,
		Tuning: p.Tuning, Progress: p.Progress, Log: p.Log,
	}
	for _, need := range cell.Needs {
		work.Needed = append(work.Needed, p.Store.CellFolder(need))
	}
	return work
}
