package kernels

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// TestMain lets the test program be what the espalier program is, a kernel's
// launcher and its go command, and what the tests fake besides.
func TestMain(m *testing.M) {
	if status, intercepted := Intercept(os.Args); intercepted {
		os.Exit(status)
	}
	var err error
	switch {
	case len(os.Args) == 4 && os.Args[1] == "fake-kernel":
		err = serveFake(os.Args[2], os.Args[3])
	case len(os.Args) == 2 && os.Args[1] == "fake-lab":
		err = serveFakeLab()
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, os.Args[1]+":", err)
		os.Exit(1)
	}
}

// checkout returns the root of the checkout that is tested.
func checkout(t testing.TB) string {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

var toolsOnce = sync.OnceValue(func() error {
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	return InstallTools(context.Background(), root, InstallOptions{Log: os.Stderr})
})

// realSpec returns the specification of the kernel through GoNB, which it builds
// where it is not there. The launcher is this test program.
func realSpec(t *testing.T) Spec {
	t.Helper()
	if testing.Short() {
		t.Skip("running cells through GoNB, which takes seconds: run without -short")
	}
	if err := toolsOnce(); err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return NewSpec(checkout(t), program)
}

// notebookOf returns a notebook with code cells of the given sources.
func notebookOf(sources ...string) *Notebook {
	notebook := &Notebook{}
	for _, source := range sources {
		notebook.Cells = append(notebook.Cells, &Cell{Kind: CodeCell, Source: source})
	}
	return notebook
}

// placed writes a notebook into a folder of its own and returns its path.
func placed(t *testing.T, notebook *Notebook) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notebook.ipynb")
	if err := notebook.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	return path
}
