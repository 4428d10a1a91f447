package experiments

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// lockPoll is how often a process looks whether a cell that another works on has
// become free.
const lockPoll = 50 * time.Millisecond

// claim makes the cell's folder and locks it, waiting while another process has
// it; waiting is called once when it has to. The lock is the operating system's,
// so that of a process that was killed is free at once. The claim is given back
// by release, which also tells how long it was held.
func (s *Store) claim(ctx context.Context, d Desc, waiting func()) (*claim, error) {
	folder := s.CellFolder(d)
	if err := s.files.MkdirAll(folder); err != nil {
		return nil, s.unwritable(err)
	}
	lock := flock.New(filepath.Join(folder, "lock"))
	locked, err := lock.TryLock()
	if err == nil && !locked {
		waiting()
		locked, err = lock.TryLockContext(ctx, lockPoll)
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, s.unwritable(err)
	}
	if !locked {
		return nil, fmt.Errorf("cell %s: its lock could not be taken", d)
	}
	return &claim{store: s, desc: d, lock: lock, since: time.Now()}, nil
}

// claim is the right of one process to work on a cell.
type claim struct {
	store   *Store
	desc    Desc
	lock    *flock.Flock
	since   time.Time
	elapsed elapsed
}

// elapsed is what processes have spent on a cell that is not finished.
type elapsed struct {
	Seconds   float64 `json:"seconds"`
	Processes int     `json:"processes"`
}

const elapsedFile = "elapsed.json"

// begin writes the description and counts this process.
func (c *claim) begin() error {
	folder := c.store.CellFolder(c.desc)
	if err := c.store.write(folder, descFile, c.desc); err != nil {
		return err
	}
	// A damaged count is no reason not to run: it starts anew.
	if err := c.store.read(filepath.Join(folder, elapsedFile), &c.elapsed); err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.elapsed = elapsed{}
	}
	c.elapsed.Processes++
	return c.store.write(folder, elapsedFile, c.elapsed)
}

// spent is the time spent on the cell up to now and by how many processes.
func (c *claim) spent() elapsed {
	return elapsed{Seconds: c.elapsed.Seconds + time.Since(c.since).Seconds(), Processes: c.elapsed.Processes}
}

// pause stores the time spent, for whoever goes on.
func (c *claim) pause() error {
	return c.store.write(c.store.CellFolder(c.desc), elapsedFile, c.spent())
}

// release gives the cell back.
func (c *claim) release() error { return c.lock.Unlock() }
