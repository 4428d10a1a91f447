package main

import (
	"fmt"
	"os"
	"path/filepath"

	"espalier/experiments"
	"espalier/internal/durable"
	"espalier/sparse"
)

// tuningFile is where what has been measured for compiling pruned networks is kept from
// one call to the next: in the user's cache folder.
type tuningFile struct {
	*sparse.Tuning
	path string
}

// openTuning reads what there is.
func openTuning() (*tuningFile, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("a place for measurements: %w", err)
	}
	path := filepath.Join(cache, "espalier", "sparse-tuning.json")
	tuning, err := sparse.ReadTuning(path, experiments.ThisProcessor().Model)
	return &tuningFile{tuning, path}, err
}

// keep writes what there is, if something was measured.
func (f *tuningFile) keep() error {
	if !f.Grown() {
		return nil
	}
	files := durable.OS{}
	if err := files.MkdirAll(filepath.Dir(f.path)); err != nil {
		return err
	}
	return f.Write(files, f.path)
}
