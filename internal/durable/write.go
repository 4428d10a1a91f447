package durable

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
)

// TempPrefix begins the name of every file that is not finished. If no process is
// writing such a file, it is left from a crash and can be removed.
const TempPrefix = ".tmp-"

// Write makes the file at path hold what content writes. The folder must exist. If there
// is an error, path is as it was; only if the last step, syncing the folder, has failed,
// the new file is there already and may be lost in a crash.
func Write(fsys FS, path string, content func(io.Writer) error) (err error) {
	folder := filepath.Dir(path)
	file, err := fsys.CreateTemp(folder, TempPrefix+filepath.Base(path)+"-*")
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write %s: there is no folder %s (%w)", path, folder, fs.ErrNotExist)
	} else if err != nil {
		var at *fs.PathError // of the temporary file, which nobody knows
		if errors.As(err, &at) {
			err = at.Err
		}
		return fmt.Errorf("write %s: the folder %s cannot be written: %w", path, folder, err)
	}
	defer func() {
		if err != nil {
			// The first error is the one that matters. After the rename there is no
			// temporary file any more, and Remove fails.
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

// WriteFile is Write for content in memory.
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

// withClose closes the file and joins its error with an earlier one.
func withClose(err error, file io.Closer) error {
	return errors.Join(err, file.Close())
}
