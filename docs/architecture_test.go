package docs_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// Packages import only what the table in architecture.md has in rows below theirs.
func TestImportsPointDown(t *testing.T) {
	rows := architecture(t)
	for importer, imports := range packages(t) {
		root, row := place(rows, importer)
		if root == "" && len(imports) > 0 {
			t.Errorf("package %s is in no row of architecture.md", importer)
			continue
		}
		for _, imported := range imports {
			other, below := place(rows, imported)
			if other != root && below <= row {
				t.Errorf("package %s imports %s, which is not in a row below it in architecture.md", importer, imported)
			}
		}
	}
}

// architecture reads in which row of the first table of architecture.md a package is.
func architecture(t *testing.T) map[string]int {
	t.Helper()
	page, err := os.ReadFile("architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	rows, name := make(map[string]int), regexp.MustCompile("`([a-z0-9/]+)`")
	for i, line := range strings.Split(string(page), "\n") {
		if cells := strings.Split(line, "|"); len(cells) == 4 {
			for _, match := range name.FindAllStringSubmatch(cells[1], -1) {
				rows[match[1]] = i
			}
		}
	}
	return rows
}

// place is the listed package that a package is, or lies below, and its row.
func place(rows map[string]int, path string) (root string, row int) {
	for listed, i := range rows {
		if (path == listed || strings.HasPrefix(path, listed+"/")) && len(listed) > len(root) {
			root, row = listed, i
		}
	}
	return root, row
}

// packages lists the module's packages, without the module's name, and what each
// imports of the module.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	command := exec.Command("go", "list", "-json=ImportPath,Imports,Module", "../...")
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	listed := make(map[string][]string)
	for decoder := json.NewDecoder(output); ; {
		var p struct {
			ImportPath string
			Imports    []string
			Module     struct{ Path string }
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		within := func(path string) (string, bool) { return strings.CutPrefix(path, p.Module.Path+"/") }
		name, _ := within(p.ImportPath)
		listed[name] = nil
		for _, imported := range p.Imports {
			if short, ok := within(imported); ok {
				listed[name] = append(listed[name], short)
			}
		}
	}
	if err := command.Wait(); err != nil {
		t.Fatal(err)
	}
	return listed
}
