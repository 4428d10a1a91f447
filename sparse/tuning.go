package sparse

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"sync"
	"time"

	"espalier/internal/durable"
	"espalier/internal/simd"
)

// tuningVersion changes with every change of programs that makes old measurements invalid.
const tuningVersion = 3

// Tuning holds measurements on a machine, so that they need not be repeated. Several
// compilations may use it at the same time.
type Tuning struct {
	mu    sync.Mutex
	m     measurements
	grown bool
}

// measurements are times by a digest of everything that they depend on.
type measurements struct {
	Version   int                               `json:"version"`
	Processor string                            `json:"processor"`
	Layers    map[string][]time.Duration        `json:"layers"`
	Paths     map[string]map[Path]time.Duration `json:"paths"`
}

// NewTuning returns a Tuning without measurements. processor names the processor on which
// they will be taken.
func NewTuning(processor string) *Tuning {
	return &Tuning{m: measurements{Version: tuningVersion, Processor: processor + ", " + simd.Variant()}}
}

// ReadTuning reads what Write has written. A missing file counts as one without
// measurements, and measurements of another processor or version are ignored.
func ReadTuning(path, processor string) (*Tuning, error) {
	t := NewTuning(processor)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err != nil {
		return nil, fmt.Errorf("tuning: %w", err)
	}
	var m measurements
	if err := json.Unmarshal(content, &m); err != nil {
		return nil, fmt.Errorf("tuning %s: %w; remove it to measure again", path, err)
	}
	if m.Version == t.m.Version && m.Processor == t.m.Processor {
		t.m = m
	}
	return t, nil
}

// Grown reports whether there are measurements that were not read from a file or written to
// one.
func (t *Tuning) Grown() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.grown
}

// Write writes the measurements to a file.
func (t *Tuning) Write(files durable.FS, path string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	content, err := json.MarshalIndent(t.m, "", "\t")
	if err != nil {
		return fmt.Errorf("tuning: %w", err)
	}
	if err := durable.WriteFile(files, path, append(content, '\n')); err != nil {
		return err
	}
	t.grown = false
	return nil
}

// recall finds a measurement, or measures and keeps it.
func recall[T any](t *Tuning, of func(m *measurements) *map[string]T, key string, measure func() (T, error)) (T, error) {
	if t == nil {
		return measure()
	}
	t.mu.Lock()
	found, ok := (*of(&t.m))[key]
	t.mu.Unlock()
	if ok {
		return found, nil
	}
	found, err := measure()
	if err != nil {
		return found, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := maps.Clone(*of(&t.m))
	if kept == nil {
		kept = make(map[string]T)
	}
	kept[key] = found
	*of(&t.m) = kept
	t.grown = true
	return found, nil
}

func layerTimes(m *measurements) *map[string][]time.Duration       { return &m.Layers }
func pathTimes(m *measurements) *map[string]map[Path]time.Duration { return &m.Paths }
