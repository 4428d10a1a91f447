package data

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"espalier/internal/durable"
)

// rootFS lets the package durable write into a folder that it cannot leave; all
// names are relative to that folder.
type rootFS struct{ root *os.Root }

// MkdirAll makes a folder and those above it.
func (r rootFS) MkdirAll(folder string) error { return r.root.MkdirAll(folder, 0o755) }

// Rename gives a file another name.
func (r rootFS) Rename(from, to string) error { return r.root.Rename(from, to) }

// Remove removes a file.
func (r rootFS) Remove(name string) error { return r.root.Remove(name) }

// ReadFile reads a file.
func (r rootFS) ReadFile(name string) ([]byte, error) { return r.root.ReadFile(name) }

// ReadDir lists a folder.
func (r rootFS) ReadDir(folder string) ([]fs.DirEntry, error) { return fs.ReadDir(r.root.FS(), folder) }

// SyncFolder makes the names in a folder survive a loss of power.
func (r rootFS) SyncFolder(folder string) error {
	open, err := r.root.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(open.Sync(), open.Close())
}

// CreateTemp puts the first number in place of the star that makes the name new.
func (r rootFS) CreateTemp(folder, pattern string) (durable.File, error) {
	for n := 0; ; n++ {
		name := filepath.Join(folder, strings.Replace(pattern, "*", strconv.Itoa(n), 1))
		file, err := r.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return rootFile{file, name}, nil
	}
}

// rootFile has the name that the file has in its root.
type rootFile struct {
	*os.File
	name string
}

// Name is the name in the root.
func (f rootFile) Name() string { return f.name }
