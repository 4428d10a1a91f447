package kernels

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/quick"
)

var update = flag.Bool("update", false, "write the golden files again")

// TestNotebookGolden reads a notebook that has something of everything, in the
// manner of different writers, and compares how it is written.
func TestNotebookGolden(t *testing.T) {
	notebook, err := ReadNotebook(filepath.Join("testdata", "mixed.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	var written bytes.Buffer
	if err := notebook.Write(&written); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "mixed_golden.ipynb")
	if *update {
		if err := os.WriteFile(golden, written.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(written.Bytes(), want) {
		t.Errorf("written:\n%s\nwant:\n%s", written.Bytes(), want)
	}
	again, err := ParseNotebook(want)
	if err != nil {
		t.Fatal(err)
	}
	var second bytes.Buffer
	if err := again.Write(&second); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(second.Bytes(), want) {
		t.Errorf("read and written again:\n%s\nwant:\n%s", second.Bytes(), want)
	}
}

func TestParseNotebookErrors(t *testing.T) {
	for _, test := range []struct{ name, content, want string }{
		{"empty", ``, "not a JSON object"},
		{"null", `null`, "not a JSON object"},
		{"a list", `[]`, "not a JSON object"},
		{"cut off", `{"cells": [`, "not a JSON object"},
		{"two values", `{"nbformat": 4} {}`, "more than one JSON value"},
		{"no version", `{"cells": []}`, "nbformat is 0"},
		{"an old version", `{"nbformat": 3}`, "jupyter nbconvert --to notebook"},
		{"version of a wrong type", `{"nbformat": "4"}`, "notebook: nbformat is a string, not a number"},
		{"cells of a wrong type", `{"nbformat": 4, "cells": {}}`, "notebook: cells is an object, not a list"},
		{"a cell of a wrong type", `{"nbformat": 4, "cells": [7]}`, "cell 1 is the number 7, not an object"},
		{"an unknown cell", `{"nbformat": 4, "cells": [{"cell_type": "heading"}]}`, `cell 1: cell_type is "heading"`},
		{"source of a wrong type", `{"nbformat": 4, "cells": [{"cell_type": "raw", "source": [1]}]}`, "cell 1: source is a list, not a string or a list of strings"},
		{"a wrong count", `{"nbformat": 4, "cells": [{"cell_type": "code", "execution_count": -1}]}`, "cell 1: execution_count is the number -1, not a count"},
		{"an unknown output", `{"nbformat": 4, "cells": [{"cell_type": "code", "outputs": [{"output_type": "pyout"}]}]}`, `cell 1, output 1: output_type is "pyout"`},
		{"a wrong traceback", `{"nbformat": 4, "cells": [{"cell_type": "code", "outputs": [{"output_type": "error", "traceback": [true]}]}]}`, "cell 1, output 1: traceback is a truth value"},
		{"wrong metadata", `{"nbformat": 4, "metadata": [], "cells": []}`, "notebook: metadata is a list, not an object"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseNotebook([]byte(test.content))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestReadNotebookNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no.ipynb")
	if err := os.WriteFile(path, []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadNotebook(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("the error does not name %s: %v", path, err)
	}
}

func TestCellIdentifiers(t *testing.T) {
	notebook := notebookOf("a", "a", "b", "c")
	notebook.Cells[2].ID = "own"
	notebook.Cells[3].ID = "not valid!"
	notebook.identify()
	seen := map[string]bool{}
	for _, cell := range notebook.Cells {
		if !validID.MatchString(cell.ID) || seen[cell.ID] {
			t.Errorf("the identifier %q is not valid or used twice", cell.ID)
		}
		seen[cell.ID] = true
	}
	if got := notebook.Cells[2].ID; got != "own" {
		t.Errorf("a valid identifier became %q", got)
	}
	again := notebookOf("a", "a", "b", "c")
	again.identify()
	if again.Cells[0].ID != notebook.Cells[0].ID {
		t.Error("the same cell got different identifiers")
	}
}

func TestFirstLine(t *testing.T) {
	for source, want := range map[string]string{
		"":                        "",
		"\n  \n\tx := 1\ny":       "x := 1",
		"%%\nfmt.Println()":       "fmt.Println()",
		"import \"fmt\"\n%%\nx()": "import \"fmt\"",
	} {
		if got := (&Cell{Source: source}).FirstLine(); got != want {
			t.Errorf("the first line of %q is %q, want %q", source, got, want)
		}
	}
}

// TestLinesJoin says that splitting into lines loses nothing.
func TestLinesJoin(t *testing.T) {
	same := func(text string) bool {
		var list []any
		for _, line := range lines(text) {
			list = append(list, line)
		}
		back, ok := joined(list)
		return ok && back == text || text == "" && len(list) == 0
	}
	if err := quick.Check(same, nil); err != nil {
		t.Error(err)
	}
}

func TestOverwrite(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "",
		"a\nb":             "a\nb",
		"1%\r2%\r3%\ndone": "3%\ndone",
		"a\r\nb\r\n":       "a\nb\n",
		"\r1%\r2%":         "2%",
	} {
		if got := overwrite(text); got != want {
			t.Errorf("overwrite(%q) = %q, want %q", text, got, want)
		}
	}
}

// FuzzParseNotebook says that whatever is read can be written, is read again as the
// same, and is valid.
func FuzzParseNotebook(f *testing.F) {
	for _, name := range []string{"mixed.ipynb", "mixed_golden.ipynb"} {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Add([]byte(`{"nbformat":4,"cells":[{"cell_type":"code","outputs":[{"output_type":"stream"}]}]}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		notebook, err := ParseNotebook(content)
		if err != nil {
			return
		}
		var first bytes.Buffer
		if err := notebook.Write(&first); err != nil {
			t.Fatalf("cannot be written: %v", err)
		}
		again, err := ParseNotebook(first.Bytes())
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, first.Bytes())
		}
		var second bytes.Buffer
		if err := again.Write(&second); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("written twice:\n%s\n%s", first.Bytes(), second.Bytes())
		}
	})
}

// TestNotebookJSON goes through encoding/json both ways.
func TestNotebookJSON(t *testing.T) {
	notebook, err := ReadNotebook(filepath.Join("testdata", "mixed_golden.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(notebook)
	if err != nil {
		t.Fatal(err)
	}
	var back Notebook
	if err := json.Unmarshal(encoded, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(notebook, &back) {
		t.Errorf("%+v became %+v", notebook, &back)
	}
}
