package embedded_test

import (
	"io/fs"
	"path"
	"strings"
	"testing"

	"espalier/data/embedded"
)

// What is built in may be given away only with its origin and licence.
func TestEverySetTellsOriginAndLicence(t *testing.T) {
	folders, err := fs.ReadDir(embedded.Files(), ".")
	if err != nil {
		t.Fatal(err)
	}
	if len(folders) == 0 {
		t.Fatal("nothing is built in")
	}
	for _, folder := range folders {
		for _, file := range []string{"ORIGIN.md", "LICENSE"} {
			text, err := fs.ReadFile(embedded.Files(), path.Join(folder.Name(), file))
			if err != nil {
				t.Error(err)
			}
			if !strings.Contains(string(text), "http") {
				t.Errorf("%s/%s names no address", folder.Name(), file)
			}
		}
	}
}
