package train

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"espalier/internal/durable"
	"espalier/nn"
)

// folder is where a job keeps its checkpoints and its result, in files named after
// what they hold and its SHA-256:
//
//	step-000000500-DIGEST.safetensors
//	result-DIGEST.safetensors
//
// A nil folder keeps nothing.
type folder struct {
	path    string
	files   durable.FS
	keep    int
	log     *slog.Logger
	header  header
	network *nn.Network

	checkpoints []stored // good ones, the latest first
	damaged     []stored // to be removed once there is a good one
}

// stored is a file of the folder.
type stored struct {
	name      string
	digest    string
	iteration int  // of a checkpoint
	finished  bool // it is a result
}

var storedPattern = regexp.MustCompile(`^(?:(result)|step-([0-9]{9,18}))-([0-9a-f]{64})\.safetensors$`)

func parseStored(name string) (stored, bool) {
	parts := storedPattern.FindStringSubmatch(name)
	if parts == nil {
		return stored{}, false
	}
	// At most 18 digits are in the range of int; a result has none and is 0.
	iteration, _ := strconv.Atoi(parts[2])
	return stored{name: name, digest: parts[3], iteration: iteration, finished: parts[1] != ""}, true
}

// open returns the result if there is one, else the latest good checkpoint, else
// nil, and whether it is the result. Damaged files are passed over with a warning.
func (f *folder) open() (s *state, finished bool, err error) {
	if f == nil {
		return nil, false, nil
	}
	found, leftover, err := f.list()
	if err != nil {
		return nil, false, fmt.Errorf("read run folder: %w", err)
	}
	for _, file := range found {
		if s != nil {
			f.checkpoints = append(f.checkpoints, file)
			continue
		}
		s, err = f.read(file)
		switch {
		case errors.As(err, new(*otherJobError)):
			return nil, false, err
		case err != nil:
			f.log.Warn("a damaged file is passed over", "folder", f.path, "file", file.name, "problem", err)
			f.damaged = append(f.damaged, file)
		case file.finished:
			finished = true
		default:
			f.checkpoints = append(f.checkpoints, file)
		}
	}
	for _, name := range leftover {
		f.remove(name)
	}
	if finished {
		f.clear()
		return s, true, nil
	}
	return s, false, f.prepare()
}

// list returns the results, then the checkpoints from the latest on, and the
// temporary files that a crash has left.
func (f *folder) list() (found []stored, leftover []string, err error) {
	entries, err := f.files.ReadDir(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	for _, entry := range entries {
		if file, ok := parseStored(entry.Name()); ok {
			found = append(found, file)
		} else if strings.HasPrefix(entry.Name(), durable.TempPrefix) {
			leftover = append(leftover, entry.Name())
		}
	}
	slices.SortStableFunc(found, func(a, b stored) int {
		if a.finished != b.finished {
			if a.finished {
				return -1
			}
			return 1
		}
		return b.iteration - a.iteration
	})
	return found, leftover, err
}

// otherJobError is that a folder belongs to another job.
type otherJobError struct {
	folder, difference string
}

func (e *otherJobError) Error() string {
	return fmt.Sprintf("run folder %s holds another job: its %s; use another folder or remove this one", e.folder, e.difference)
}

// read returns the state in a file of this job.
func (f *folder) read(file stored) (*state, error) {
	content, err := f.load(file)
	if err != nil {
		return nil, err
	}
	s, h, err := decode(content, f.network)
	switch {
	case h.job != f.header.job && h.job != "":
		return nil, &otherJobError{f.path, difference(h.job, f.header.job)}
	case err != nil:
		return nil, err
	case !file.finished && h.backend != f.header.backend:
		return nil, &otherJobError{f.path, fmt.Sprintf("backend is %s there and %s here", h.backend, f.header.backend)}
	}
	return s, nil
}

// load returns the content of a file, which must be what its name says.
func (f *folder) load(file stored) ([]byte, error) {
	content, err := f.files.ReadFile(filepath.Join(f.path, file.name))
	if err != nil {
		return nil, err
	}
	if digest := sha256.Sum256(content); hex.EncodeToString(digest[:]) != file.digest {
		return nil, fmt.Errorf("its SHA-256 is %x, not that in its name", digest)
	}
	return content, nil
}

// prepare makes the folder and finds out at once whether it can be written to, not
// only at the first checkpoint.
func (f *folder) prepare() error {
	if err := f.files.MkdirAll(f.path); err != nil {
		return fmt.Errorf("make run folder: %w", err)
	}
	file, err := f.files.CreateTemp(f.path, durable.TempPrefix+"probe-*")
	if err != nil {
		return fmt.Errorf("write to run folder: %w", err)
	}
	err = file.Close()
	return errors.Join(err, f.files.Remove(file.Name()))
}

// save writes a checkpoint and removes those beyond the number to keep.
func (f *folder) save(s *state) error {
	if f == nil {
		return nil
	}
	file, err := f.write(fmt.Sprintf("step-%09d", s.iteration), s)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	f.checkpoints = slices.DeleteFunc(f.checkpoints, file.sameName)
	f.checkpoints = slices.Insert(f.checkpoints, 0, file)
	f.drop(&f.damaged, 0)
	f.drop(&f.checkpoints, f.keep)
	return nil
}

// finish writes the result and then removes the checkpoints.
func (f *folder) finish(s *state) error {
	if f == nil {
		return nil
	}
	if _, err := f.write("result", s); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	f.clear()
	return nil
}

// clear removes all but the result.
func (f *folder) clear() {
	f.drop(&f.damaged, 0)
	f.drop(&f.checkpoints, 0)
}

func (f *folder) write(prefix string, s *state) (stored, error) {
	content, err := s.encode(f.header, f.network)
	if err != nil {
		return stored{}, err
	}
	digest := sha256.Sum256(content)
	file, _ := parseStored(fmt.Sprintf("%s-%x.safetensors", prefix, digest))
	if err := durable.WriteFile(f.files, filepath.Join(f.path, file.name), content); err != nil {
		return stored{}, err
	}
	// What was damaged under this name is now whole.
	f.damaged = slices.DeleteFunc(f.damaged, file.sameName)
	return file, nil
}

func (s stored) sameName(other stored) bool { return s.name == other.name }

// drop removes the files of a list beyond the first so many.
func (f *folder) drop(list *[]stored, keep int) {
	for len(*list) > keep {
		last := len(*list) - 1
		f.remove((*list)[last].name)
		*list = (*list)[:last]
	}
}

// remove deletes a file that is not needed. If it stays, nothing is lost: the next
// run tries again.
func (f *folder) remove(name string) {
	if err := f.files.Remove(filepath.Join(f.path, name)); err != nil {
		f.log.Warn("a file that is not needed stays", "folder", f.path, "file", name, "problem", err)
	}
}
