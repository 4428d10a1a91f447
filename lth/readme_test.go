package lth_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The program in the README is the package's example, which the compiler and the
// example's output hold to the code.
func TestReadmeProgramIsTheExample(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "```go\n")
	program, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("README.md has no program")
	}
	file, err := os.ReadFile("example_readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	example, _, _ := strings.Cut(string(file), "\t// Output:")
	example = strings.NewReplacer(
		"package lth_test", "package main",
		"// The program of the README.\nfunc Example()", "func main()",
	).Replace(example) + "}\n"
	if program != example {
		t.Errorf("README.md's program and example_readme_test.go differ:\n%s\n%s", program, example)
	}
}
