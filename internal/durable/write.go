package durable

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
)

// TempPrefix begins the name of every file that is not finished. A file so named
// that no process is writing is left from a crash and can be removed.
const TempPrefix = ".tmp-"

// Write makes the file at path hold what content writes, or leaves the path as
// it was. The folder must exist.
func Write(fsys FS, path string, content func(io.Writer) error) (err error) {
	folder := filepath.Dir(path)
	file, err := fsys.CreateTemp(folder, TempPrefix+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			// What went wrong matters; that the rest could not be removed does not.
			_ = fsys.Remove(file.Name())
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	if err := withClose(fill(file, content), file); err != nil {
		return err
	}
	if err := fsys.Rename(file.Name(), path); err != nil {
		return err
	}
	return fsys.SyncFolder(folder)
}

// WriteFile is Write for content that is already there.
func WriteFile(fsys FS, path string, content []byte) error {
	return Write(fsys, path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

func fill(file File, content func(io.Writer) error) error {
	if err := content(file); err != nil {
		return err
	}
	return file.Sync()
}

// withClose closes the file whatever came before, and reports both.
func withClose(err error, file io.Closer) error {
	return errors.Join(err, file.Close())
}
