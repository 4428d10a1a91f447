package durable_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"espalier/internal/durable"
)

// Files of all lengths are read whole, and what cannot be read is told by its path.
func TestReadFile(t *testing.T) {
	folder := t.TempDir()
	for _, length := range []int{0, 1, 64<<10 - 1, 64 << 10, 64<<10 + 1, 1 << 20} {
		path, want := filepath.Join(folder, "file"), bytes.Repeat([]byte("espalier"), length/8+1)[:length]
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := (durable.OS{}).ReadFile(path); err != nil || got == nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes are read as %d, %v", length, len(got), err)
		}
	}
	for path, want := range map[string]error{filepath.Join(folder, "nowhere"): fs.ErrNotExist, folder: nil} {
		_, err := durable.OS{}.ReadFile(path)
		var at *fs.PathError
		if !errors.As(err, &at) || at.Path != path || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: error %v", path, err)
		}
	}
}
