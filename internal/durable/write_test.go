package durable_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"espalier/internal/durable"
)

func TestWriteReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "result.json")
	for _, content := range []string{"one", "two", ""} {
		if err := durable.WriteFile(durable.OS{}, path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		expectFile(t, path, content)
	}
}

// Every call that changes something fails in turn: the file holds the old content
// or the new, the error is told, and no other file stays.
func TestWriteSurvivesEveryFault(t *testing.T) {
	for at := 0; ; at++ {
		folder := t.TempDir()
		path := filepath.Join(folder, "state")
		if err := durable.WriteFile(durable.OS{}, path, []byte("old")); err != nil {
			t.Fatal(err)
		}
		faulty := &durable.Faulty{FS: durable.OS{}, At: at}
		err := durable.Write(faulty, path, func(w io.Writer) error {
			for _, part := range []string{"ne", "w"} {
				if _, err := io.WriteString(w, part); err != nil {
					return err
				}
			}
			return nil
		})
		if faulty.Calls() <= at {
			if err != nil {
				t.Fatalf("no fault, but %v", err)
			}
			if at != 6 {
				t.Errorf("%d calls failed in turn, want 6: create, two writes, sync, rename, sync of the folder", at)
			}
			return
		}
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), path) {
			t.Errorf("fault %d: error %v", at, err)
		}
		want := "old"
		if at == 5 { // renamed, but the folder not synced
			want = "new"
		}
		expectFile(t, path, want)
		if entries, _ := os.ReadDir(folder); len(entries) != 1 {
			t.Errorf("fault %d left %d files", at, len(entries))
		}
	}
}

func expectFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s holds %q, want %q", filepath.Base(path), got, want)
	}
}

// What keeps a file from being written is told by the file and its folder, not by the
// temporary name.
func TestWriteNamesTheFolder(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a.svg")
	for _, failed := range []error{fs.ErrPermission, syscall.EROFS} {
		err := durable.WriteFile(&durable.Faulty{FS: durable.OS{}, Error: failed}, path, nil)
		if want := "write " + path + ": the folder " + folder + " cannot be written: " + failed.Error(); err == nil || err.Error() != want || !errors.Is(err, failed) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
