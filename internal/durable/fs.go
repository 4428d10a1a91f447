package durable

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// File is an open file that is being written.
type File interface {
	io.Writer
	Sync() error
	Close() error
	Name() string
}

// FS has the calls to a file system that this package needs. OS is the real one, Faulty
// one for tests.
type FS interface {
	MkdirAll(folder string) error
	CreateTemp(folder, pattern string) (File, error)
	Rename(from, to string) error
	Remove(path string) error
	SyncFolder(folder string) error
	ReadFile(path string) ([]byte, error)
	ReadDir(folder string) ([]fs.DirEntry, error)
}

// OS is the operating system's file system.
type OS struct{}

// MkdirAll makes a folder and those above it.
func (OS) MkdirAll(folder string) error { return os.MkdirAll(folder, 0o755) }

// CreateTemp opens a new file for writing that everybody may read. Its name is pattern
// with a random string in place of the last *.
func (OS) CreateTemp(folder, pattern string) (File, error) {
	file, err := os.CreateTemp(folder, pattern)
	if err != nil {
		return nil, err
	}
	if err := file.Chmod(0o644); err != nil {
		return nil, withClose(err, file)
	}
	return file, nil
}

// Rename gives a file another name, replacing a file that has it.
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// Remove deletes a file.
func (OS) Remove(path string) error { return os.Remove(path) }

// SyncFolder writes the names of a folder's files to the disk, after which they survive
// a crash.
func (OS) SyncFolder(folder string) error {
	open, err := os.Open(filepath.Clean(folder))
	if err != nil {
		return err
	}
	return withClose(open.Sync(), open)
}

// ReadFile returns a file's content.
func (OS) ReadFile(path string) ([]byte, error) { return readFile(path) }

// ReadDir lists a folder, sorted by name.
func (OS) ReadDir(folder string) ([]fs.DirEntry, error) { return os.ReadDir(folder) }
