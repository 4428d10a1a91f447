package experiments

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

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
	digest := d.Digest()
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
	folder := s.CellFolder(d)
	var stored storedResult
	if err := s.read(filepath.Join(folder, resultFile), &stored); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFinished
	} else if err != nil {
		return nil, err
	}
	if stored.Cell != d.Digest() {
		return nil, fmt.Errorf("%s is the result of cell %.12s, not of %.12s: remove the folder to run the cell again",
			filepath.Join(folder, resultFile), stored.Cell, d.Digest())
	}
	result := &Result{Desc: d, Measurements: stored.Measurements}
	if err := s.read(filepath.Join(folder, provenanceFile), &result.Provenance); err != nil {
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
	descs, err := s.descs("")
	if err != nil {
		return nil, err
	}
	var results []*Result
	for _, d := range descs {
		result, err := s.Result(d)
		if errors.Is(err, ErrNotFinished) {
			continue
		} else if err != nil {
			return nil, err
		}
		results = append(results, result)
	}
	slices.SortFunc(results, func(a, b *Result) int {
		return strings.Compare(a.Desc.Canonical(), b.Desc.Canonical())
	})
	return results, nil
}

// Find returns the description of the one cell, finished or not, whose digest
// begins with a prefix.
func (s *Store) Find(prefix string) (Desc, error) {
	descs, err := s.descs(prefix)
	if err != nil {
		return Desc{}, err
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

// descs reads the descriptions of the cells whose digests begin with a prefix.
func (s *Store) descs(prefix string) ([]Desc, error) {
	cells := filepath.Join(s.folder, "cells")
	groups, err := s.list(cells)
	if err != nil {
		return nil, err
	}
	var descs []Desc
	for _, group := range groups {
		if !strings.HasPrefix(group, prefix) && !strings.HasPrefix(prefix, group) {
			continue
		}
		digests, err := s.list(filepath.Join(cells, group))
		if err != nil {
			return nil, err
		}
		for _, digest := range digests {
			if !strings.HasPrefix(digest, prefix) {
				continue
			}
			var d Desc
			path := filepath.Join(cells, group, digest, descFile)
			if err := s.read(path, &d); errors.Is(err, fs.ErrNotExist) {
				continue // a process was killed before it wrote anything
			} else if err != nil {
				return nil, err
			}
			if d.Digest() != digest {
				return nil, fmt.Errorf("%s does not describe the cell whose folder it is in: was it edited?", path)
			}
			descs = append(descs, d)
		}
	}
	return descs, nil
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
