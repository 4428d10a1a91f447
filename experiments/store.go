package experiments

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"espalier/internal/durable"
)

// Store keeps cells in a folder:
//
//	cells/DI/DIGEST/desc.json        the description, for people
//	cells/DI/DIGEST/result.json      the measurements; it is there when the cell is finished
//	cells/DI/DIGEST/curves.json      the courses of training
//	cells/DI/DIGEST/durations.json   how long what was found takes, and where that was measured
//	cells/DI/DIGEST/provenance.json  where the result comes from
//	cells/DI/DIGEST/lock             locked while a process works on the cell
//	cells/DI/DIGEST/elapsed.json     the time that interrupted processes spent
//
// DI are the digest's first two digits. What else lies in a cell's folder is the
// cell's own: checkpoints and masks.
type Store struct {
	folder string
	files  durable.FS
}

// OpenStore returns the store in a folder, which is made when the first cell runs.
func OpenStore(folder string) *Store { return &Store{folder: folder, files: durable.OS{}} }

// Folder is where the store is.
func (s *Store) Folder() string { return s.folder }

// CellFolder is the folder of a description's cell.
func (s *Store) CellFolder(d Desc) string {
	return s.folderOf(d.Digest())
}

// folderOf is the folder of the cell with a digest.
func (s *Store) folderOf(digest string) string {
	return filepath.Join(s.folder, "cells", digest[:2], digest)
}

// The files of a cell that the store writes.
const (
	descFile       = "desc.json"
	resultFile     = "result.json"
	curvesFile     = "curves.json"
	durationsFile  = "durations.json"
	provenanceFile = "provenance.json"
)

// storedResult is the content of result.json.
type storedResult struct {
	Cell         string        `json:"cell"`
	Measurements []Measurement `json:"measurements"`
}

// storedDurations is the content of durations.json.
type storedDurations struct {
	Cell         string        `json:"cell"`
	Measurements []Measurement `json:"measurements"`
	Machine      machine       `json:"machine"`
}

// machine says where durations were measured.
type machine struct {
	Source
	Go        string    `json:"go"`
	Processor Processor `json:"processor"`
}

// ErrNotFinished says that a cell has no result yet.
var ErrNotFinished = errors.New("the cell is not finished")

// Result reads a finished cell. A cell without a result is ErrNotFinished; a
// result that cannot be read says which file to look at.
func (s *Store) Result(d Desc) (*Result, error) {
	return s.result(d, d.Digest())
}

// result is Result of a description whose digest is known.
func (s *Store) result(d Desc, digest string) (*Result, error) {
	folder := s.folderOf(digest)
	var stored storedResult
	if err := s.read(filepath.Join(folder, resultFile), &stored); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFinished
	} else if err != nil {
		return nil, err
	}
	if stored.Cell != digest {
		return nil, fmt.Errorf("%s is the result of cell %.12s, not of %.12s: remove the folder to run the cell again",
			filepath.Join(folder, resultFile), stored.Cell, digest)
	}
	result := &Result{Desc: d, Measurements: stored.Measurements}
	provenance := filepath.Join(folder, provenanceFile)
	if err := s.read(provenance, &result.Provenance); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing beside its result: remove the folder to run the cell again", provenance)
	} else if err != nil {
		return nil, err
	}
	var durations storedDurations
	if err := s.read(filepath.Join(folder, durationsFile), &durations); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	result.Durations = durations.Measurements
	return result, nil
}

// Curves reads the courses of a finished cell's training.
func (s *Store) Curves(d Desc) ([]Curve, error) {
	var curves []Curve
	err := s.read(filepath.Join(s.CellFolder(d), curvesFile), &curves)
	return curves, err
}

// Results reads every finished cell, sorted by description. A store that does not
// exist has none.
func (s *Store) Results() ([]*Result, error) {
	return s.results(func(Desc) bool { return true })
}

// results reads the finished cells whose descriptions are meant, sorted by these.
func (s *Store) results(meant func(Desc) bool) ([]*Result, error) {
	digests, err := s.digests("")
	if err != nil {
		return nil, err
	}
	type sortable struct {
		*Result
		canonical string
	}
	found := make([]sortable, len(digests))
	err = sideBySide(len(digests), func(i int) error {
		d, canonical, err := s.desc(digests[i])
		if d == nil || err != nil || !meant(*d) {
			return err
		}
		result, err := s.result(*d, digests[i])
		if errors.Is(err, ErrNotFinished) {
			return nil
		}
		found[i] = sortable{result, canonical}
		return err
	})
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(f sortable) bool { return f.Result == nil })
	slices.SortFunc(found, func(a, b sortable) int { return strings.Compare(a.canonical, b.canonical) })
	results := make([]*Result, len(found))
	for i, f := range found {
		results[i] = f.Result
	}
	return results, nil
}

// sideBySide does something for each of count indices, as many at a time as there are
// processors, and returns the error of the lowest index that has one.
func sideBySide(count int, do func(i int) error) error {
	errs := make([]error, count)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < count; i = int(next.Add(1)) - 1 {
				errs[i] = do(i)
			}
		})
	}
	workers.Wait()
	return cmp.Or(errs...)
}

// Find returns the description of the one cell, finished or not, whose digest
// begins with a prefix.
func (s *Store) Find(prefix string) (Desc, error) {
	digests, err := s.digests(prefix)
	if err != nil {
		return Desc{}, err
	}
	var descs []Desc
	for _, digest := range digests {
		d, _, err := s.desc(digest)
		if err != nil {
			return Desc{}, err
		}
		if d != nil {
			descs = append(descs, *d)
		}
	}
	switch len(descs) {
	case 0:
		return Desc{}, &UsageError{fmt.Sprintf("no cell in %s has a digest that begins with %q", s.folder, prefix)}
	case 1:
		return descs[0], nil
	default:
		return Desc{}, &UsageError{fmt.Sprintf("%d cells in %s have digests that begin with %q: write more of it",
			len(descs), s.folder, prefix)}
	}
}

// digests are those of the cells that have a folder, as far as they begin with a prefix.
func (s *Store) digests(prefix string) ([]string, error) {
	cells := filepath.Join(s.folder, "cells")
	groups, err := s.list(cells)
	if err != nil {
		return nil, err
	}
	var digests []string
	for _, group := range groups {
		if !strings.HasPrefix(group, prefix) && !strings.HasPrefix(prefix, group) {
			continue
		}
		members, err := s.list(filepath.Join(cells, group))
		if err != nil {
			return nil, err
		}
		for _, digest := range members {
			if strings.HasPrefix(digest, prefix) && strings.HasPrefix(digest, group) {
				digests = append(digests, digest)
			}
		}
	}
	return digests, nil
}

// desc reads the description of the cell with a digest, and returns its canonical form
// too. There is none if a process was killed before it wrote anything.
func (s *Store) desc(digest string) (*Desc, string, error) {
	var d Desc
	path := filepath.Join(s.folderOf(digest), descFile)
	if err := s.read(path, &d); errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil
	} else if err != nil {
		return nil, "", err
	}
	canonical := d.Canonical()
	if digestOf(canonical) != digest {
		return nil, "", fmt.Errorf("%s does not describe the cell whose folder it is in: was it edited?", path)
	}
	return &d, canonical, nil
}

// list names the folders in a folder; none where it does not exist.
func (s *Store) list(folder string) ([]string, error) {
	entries, err := s.files.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, s.unreadable(err)
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

func (s *Store) read(path string, value any) error {
	content, err := s.files.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return err
	} else if err != nil {
		return s.unreadable(err)
	}
	if err := json.Unmarshal(content, value); err != nil {
		return fmt.Errorf("%s is damaged (%w): remove its folder to run the cell again", path, err)
	}
	return nil
}

func (s *Store) unreadable(err error) error {
	return fmt.Errorf("the run folder %s cannot be read (%w): name another by --runs or ESPALIER_RUNS", s.folder, err)
}

func (s *Store) unwritable(err error) error {
	return fmt.Errorf("the run folder %s cannot be written (%w): name another by --runs or ESPALIER_RUNS", s.folder, err)
}

// write puts a value into a file of a cell, as JSON that people can read.
func (s *Store) write(folder, file string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if err := durable.WriteFile(s.files, filepath.Join(folder, file), append(content, '\n')); err != nil {
		return s.unwritable(err)
	}
	return nil
}

// keepDurations stores what was timed of a finished cell.
func (s *Store) keepDurations(d Desc, durations []Measurement) error {
	return s.write(s.CellFolder(d), durationsFile, storedDurations{
		Cell: d.Digest(), Measurements: durations,
		Machine: machine{Source: BuiltFrom(), Go: runtime.Version(), Processor: ThisProcessor()},
	})
}

// finish stores an outcome. The result is written last: whoever sees it sees the
// rest.
func (s *Store) finish(result *Result, curves []Curve) error {
	for _, row := range result.Rows() {
		if err := row.Validate(); err != nil {
			return err
		}
	}
	if len(result.Measurements) == 0 {
		return fmt.Errorf("cell %s measured nothing", result.Desc)
	}
	folder := s.CellFolder(result.Desc)
	if err := s.write(folder, curvesFile, curves); err != nil {
		return err
	}
	if err := s.write(folder, provenanceFile, result.Provenance); err != nil {
		return err
	}
	return s.write(folder, resultFile, storedResult{Cell: result.Desc.Digest(), Measurements: result.Measurements})
}
