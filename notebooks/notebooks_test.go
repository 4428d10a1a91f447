package notebooks

import (
	"os"
	"path/filepath"
	"testing"

	"espalier/kernels"
)

// The test's own program is the kernel's launcher, as espalier is elsewhere.
func TestMain(m *testing.M) {
	if status, ok := kernels.Intercept(os.Args); ok {
		os.Exit(status)
	}
	os.Exit(m.Run())
}

// Every notebook runs from an empty store, and no cell fails.
func TestNotebooks(t *testing.T) {
	if testing.Short() {
		t.Skip("executing the notebooks: builds GoNB and trains; run without -short")
	}
	root, err := kernels.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	spec, err := kernels.Install(t.Context(), root, kernels.InstallOptions{Log: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.ipynb")
	if err != nil || len(files) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	runs := t.TempDir()
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			result, err := kernels.Run(t.Context(), file, kernels.RunOptions{
				Spec: spec, OutputFolder: t.TempDir(), Environment: []string{"ESPALIER_RUNS=" + runs},
			})
			if err != nil {
				t.Fatal(err)
			}
			if pictures := countPictures(result.Notebook); pictures == 0 {
				t.Error("the notebook shows no picture")
			}
		})
	}
}

// The committed notebooks show what their cells made.
func TestNotebooksAreCommittedExecuted(t *testing.T) {
	files, err := filepath.Glob("*.ipynb")
	if err != nil || len(files) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	for _, file := range files {
		notebook, err := kernels.ReadNotebook(file)
		if err != nil {
			t.Error(err)
			continue
		}
		if countPictures(notebook) == 0 {
			t.Errorf("%s was committed without its pictures: run `espalier notebook run notebooks/%s`", file, file)
		}
	}
}

func countPictures(n *kernels.Notebook) int {
	pictures := 0
	for _, cell := range n.Cells {
		for _, output := range cell.Outputs {
			for kind := range output.Data {
				if kind == "image/svg+xml" || kind == "image/png" {
					pictures++
				}
			}
		}
	}
	return pictures
}
