package durable

import (
	"io/fs"
	"sync"
	"syscall"
)

// Faulty is a file system for tests in which one call fails: number At, counted from 0,
// of the calls that change something. A write that fails has written half of its bytes,
// as on a full disk.
type Faulty struct {
	FS
	At    int
	Error error // what the call returns; nil: ENOSPC

	mu    sync.Mutex
	calls int
}

// Calls returns how many calls that change something there were.
func (f *Faulty) Calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

func (f *Faulty) fault() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.calls-1 != f.At {
		return nil
	}
	if f.Error != nil {
		return f.Error
	}
	return syscall.ENOSPC
}

// MkdirAll fails or does what FS does.
func (f *Faulty) MkdirAll(folder string) error {
	if err := f.fault(); err != nil {
		return &fs.PathError{Op: "mkdir", Path: folder, Err: err}
	}
	return f.FS.MkdirAll(folder)
}

// CreateTemp fails or returns a file whose calls may fail.
func (f *Faulty) CreateTemp(folder, pattern string) (File, error) {
	if err := f.fault(); err != nil {
		return nil, &fs.PathError{Op: "create", Path: folder, Err: err}
	}
	file, err := f.FS.CreateTemp(folder, pattern)
	if err != nil {
		return nil, err
	}
	return &faultyFile{File: file, faulty: f}, nil
}

// Rename fails or does what FS does.
func (f *Faulty) Rename(from, to string) error {
	if err := f.fault(); err != nil {
		return &fs.PathError{Op: "rename", Path: to, Err: err}
	}
	return f.FS.Rename(from, to)
}

// Remove fails or does what FS does.
func (f *Faulty) Remove(path string) error {
	if err := f.fault(); err != nil {
		return &fs.PathError{Op: "remove", Path: path, Err: err}
	}
	return f.FS.Remove(path)
}

// SyncFolder fails or does what FS does.
func (f *Faulty) SyncFolder(folder string) error {
	if err := f.fault(); err != nil {
		return &fs.PathError{Op: "sync", Path: folder, Err: err}
	}
	return f.FS.SyncFolder(folder)
}

type faultyFile struct {
	File
	faulty *Faulty
}

func (f *faultyFile) Write(content []byte) (int, error) {
	if err := f.faulty.fault(); err != nil {
		n, _ := f.File.Write(content[:len(content)/2])
		return n, &fs.PathError{Op: "write", Path: f.Name(), Err: err}
	}
	return f.File.Write(content)
}

func (f *faultyFile) Sync() error {
	if err := f.faulty.fault(); err != nil {
		return &fs.PathError{Op: "sync", Path: f.Name(), Err: err}
	}
	return f.File.Sync()
}
