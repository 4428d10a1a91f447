package experiments

import (
	"context"
	"errors"
	"fmt"
)

// untimed are the indices of the cells that have something to time and whose results
// lack it.
func untimed(cells []Cell, results []*Result) []int {
	var left []int
	for i, cell := range cells {
		if cell.Time != nil && (results[i] == nil || results[i].Durations == nil) {
			left = append(left, i)
		}
	}
	return left
}

// time times what the cells have found, one after another: what runs beside a
// measurement falsifies it.
func (p *pool) time(ctx context.Context) error {
	left := untimed(p.cells, p.results)
	if len(left) == 0 {
		return nil
	}
	task := p.Progress.Start("timing", len(left))
	defer task.End()
	for done, i := range left {
		if err := p.timeCell(ctx, i); err != nil {
			return err
		}
		task.Step(done + 1)
	}
	return nil
}

// timeCell times one cell under its lock, unless another process has done so.
func (p *pool) timeCell(ctx context.Context, i int) (err error) {
	cell := p.cells[i]
	claim, err := p.claim(ctx, cell)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, claim.release()) }()
	result, err := p.Store.Result(cell.Desc)
	if err != nil {
		return err
	}
	if result.Durations == nil {
		durations, err := cell.time(ctx, p.workOf(cell))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("time cell %s: %w", cell.Desc, err)
		}
		result.Durations = durations
		if err := p.Store.keepDurations(cell.Desc, durations); err != nil {
			return err
		}
	}
	p.results[i] = result
	return nil
}
