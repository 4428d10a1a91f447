package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
		slices.Sort(imports)
		for _, imported := range slices.Compact(imports) {
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
// imports of the module under any build tags. It reads the files itself, because what a
// call of `go list` reads does not invalidate the test's cached result.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	listed := make(map[string][]string)
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() {
			if path != ".." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "tools" || name == "runs") {
				return fs.SkipDir
			}
			return nil
		} else if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		importer := filepath.ToSlash(strings.TrimPrefix(filepath.Dir(path), ".."+string(filepath.Separator)))
		listed[importer] = append(listed[importer], imports(file)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return listed
}

// imports are what a file imports of the module.
func imports(file *ast.File) []string {
	var of []string
	for _, spec := range file.Imports {
		if path, ok := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), "espalier/"); ok {
			of = append(of, path)
		}
	}
	return of
}
