package main

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"espalier/experiments"
	"espalier/internal/durable"
	"espalier/sparse"
)

// tuningFile is where what has been measured for compiling pruned networks is kept from
// one call to the next: in the user's cache folder. Where that is not possible, it says so
// and measurements are taken anew.
type tuningFile struct {
	*sparse.Tuning
	path string // empty where nothing can be kept
	log  *slog.Logger
}

// openTuning reads what there is.
func (t *terminal) openTuning() *tuningFile {
	f := &tuningFile{log: t.log()}
	processor := experiments.ThisProcessor().Model
	path, err := tuningPath()
	if err == nil {
		f.Tuning, err = sparse.ReadTuning(path, processor)
	}
	if err != nil {
		f.log.Warn("earlier measurements for the inference of pruned networks are not used", "problem", err)
		f.Tuning = sparse.NewTuning(processor)
		return f
	}
	f.path = path
	return f
}

// tuningPath is the file's place.
func tuningPath() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no folder for them: %w", err)
	}
	return filepath.Join(cache, "espalier", "sparse-tuning.json"), nil
}

// keep writes what there is, if something was measured.
func (f *tuningFile) keep() {
	if f.path == "" || !f.Grown() {
		return
	}
	files := durable.OS{}
	err := files.MkdirAll(filepath.Dir(f.path))
	if err == nil {
		err = f.Write(files, f.path)
	}
	if err != nil {
		f.log.Warn("measurements for the inference of pruned networks are not kept", "problem", err)
		f.path = "" // it would fail again
	}
}
