package kernels

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// seedling is a folder that looks like a checkout whose tools are built.
func seedling(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "module espalier\n\ngo 1.26.5\n\nrequire gonum.org/v1/gonum v0.17.0\n", 0o644)
	write(t, filepath.Join(root, "go.sum"), "gonum.org/v1/gonum v0.17.0 h1:x\n", 0o644)
	for _, tool := range kernelTools {
		write(t, tool.path(root), "#!/bin/sh\n", 0o755)
	}
	return root
}

func write(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

func TestSpecCheck(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	root := seedling(t)
	bare := t.TempDir()
	write(t, filepath.Join(bare, "go.mod"), "module espalier\n", 0o644)
	for _, test := range []struct {
		name    string
		spoil   func(*Spec)
		want    string // in the error; "": none
		missing bool
	}{
		{name: "good", spoil: func(*Spec) {}},
		{"no command", func(s *Spec) { s.Argv = nil }, "argv is empty", false},
		{"no launcher", func(s *Spec) { s.Argv[0] = filepath.Join(root, "nothing") }, "launcher", true},
		{"launcher not absolute", func(s *Spec) { s.Argv[0] = "espalier" }, "launcher espalier", true},
		{"no connection file", func(s *Spec) { s.Argv = s.Argv[:2] }, connectionArgument, false},
		{"another language", func(s *Spec) { s.Language = "python" }, `language is "python"`, false},
		{"interrupted by a signal", func(s *Spec) { s.InterruptMode = "signal" }, "interrupt_mode", false},
		{"no checkout", func(s *Spec) { s.Env[rootVariable] = t.TempDir() }, "no checkout", false},
		{"no GoNB", func(s *Spec) { s.Env[rootVariable] = bare }, "gonb at", true},
		{"no goimports", func(s *Spec) { s.Env[rootVariable] = bare }, "goimports at", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			spec := NewSpec(root, program)
			test.spoil(&spec)
			err := spec.Check()
			if test.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, want one with %q", err, test.want)
			}
			if missing := (*MissingError)(nil); errors.As(err, &missing) != test.missing {
				t.Errorf("that it is a *MissingError is %v, want %v", !test.missing, test.missing)
			}
		})
	}
}

func TestSpecFile(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "kernels", "gonb")
	missing := (*MissingError)(nil)
	if _, err := ReadSpec(folder); !errors.As(err, &missing) || !strings.Contains(missing.What, folder) {
		t.Errorf("the error of a specification that is not there is %v", err)
	}
	spec := NewSpec("/checkout", "/checkout/bin/espalier")
	if err := spec.Write(folder); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(filepath.Join(folder, specFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := spec.Write(folder); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(filepath.Join(folder, specFile)); err != nil || !os.SameFile(before, after) {
		t.Errorf("the same content was written again: %v", err)
	}
	back, err := ReadSpec(folder)
	if err != nil {
		t.Fatal(err)
	}
	if back.Argv[0] != spec.Argv[0] || back.Env["GOPROXY"] != "off" || back.DisplayName != displayName {
		t.Errorf("written and read it is %+v", back)
	}
	write(t, filepath.Join(folder, specFile), "{", 0o644)
	if _, err := ReadSpec(folder); err == nil || !strings.Contains(err.Error(), specFile) {
		t.Errorf("the error of a damaged specification is %v", err)
	}
}

func TestFindRoot(t *testing.T) {
	root := seedling(t)
	deep := filepath.Join(root, "a", "b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(root, "a", "other")
	write(t, filepath.Join(other, "go.mod"), "module espalier/tools\n", 0o644)
	for _, folder := range []string{root, deep, other} {
		if got, err := FindRoot(folder); err != nil || got != root {
			t.Errorf("FindRoot(%s) = %s, %v, want %s", folder, got, err, root)
		}
	}
	missing := (*MissingError)(nil)
	if _, err := FindRoot(t.TempDir()); !errors.As(err, &missing) {
		t.Errorf("the error where there is no checkout is %v", err)
	}
	t.Setenv(rootVariable, root)
	if got, err := FindRoot(t.TempDir()); err != nil || got != root {
		t.Errorf("with %s set, FindRoot is %s, %v, want %s", rootVariable, got, err, root)
	}
	t.Setenv(rootVariable, other)
	if _, err := FindRoot(root); !errors.As(err, &missing) || !strings.Contains(err.Error(), rootVariable) {
		t.Errorf("the error of a wrong %s is %v", rootVariable, err)
	}
}
