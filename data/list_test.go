package data

import (
	"path/filepath"
	"slices"
	"testing"
)

func TestListTellsWhereSetsAre(t *testing.T) {
	folder := t.TempDir()
	writeFiles(t, folder, map[string][]byte{
		"mnist/train-images-idx3-ubyte":      nil,
		"mnist/train-labels-idx1-ubyte.gz":   nil,
		"cifar-100-binary/train.bin":         nil,
		"cifar-100-binary/test.bin":          nil,
		"fashion-mnist/t10k-images-idx3.txt": nil,
	})
	entries, err := List(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
		want := map[string]string{
			"digits":           "built in",
			"mnist":            filepath.Join(folder, "mnist"),
			"cifar-100":        filepath.Join(folder, "cifar-100-binary"),
			"cifar-100-coarse": filepath.Join(folder, "cifar-100-binary"),
		}[e.Name]
		if e.Found != want {
			t.Errorf("%s was found in %q, want %q", e.Name, e.Found, want)
		}
		var missing []string
		if e.Name == "mnist" {
			missing = []string{"t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"}
		}
		if !slices.Equal(e.Missing, missing) {
			t.Errorf("%s misses %v, want %v", e.Name, e.Missing, missing)
		}
		if e.Licence == "" || e.Train == 0 || e.Classes < 10 {
			t.Errorf("%+v", e)
		}
	}
	if !slices.Equal(names, Names()) {
		t.Errorf("listed %v", names)
	}
}

func TestListWithoutFolder(t *testing.T) {
	entries, err := List("")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if (e.Found != "") != (e.Name == "digits") {
			t.Errorf("%s was found in %q", e.Name, e.Found)
		}
	}
}
