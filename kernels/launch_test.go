package kernels

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestLaunch starts the launcher with a script in GoNB's place, which says what it
// was given.
func TestLaunch(t *testing.T) {
	root := seedling(t)
	write(t, kernelTools[0].path(root), "#!/bin/sh\necho \"$@\"\necho $PATH\necho $ESPALIER_GO\necho $ESPALIER_ROOT\n", 0o755)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(program, kernelCommand, "file.json", "-raw_error=true")
	command.Env = append(os.Environ(), rootVariable+"="+root, "GOWORK=/somewhere/go.work")
	said, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	got := strings.Split(strings.TrimSpace(string(said)), "\n")
	launcher := filepath.Join(root, ".lab", "launcher")
	real, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"--kernel file.json -raw_error=true",
		launcher + ":" + toolFolder(root) + ":" + os.Getenv("PATH"),
		real,
		root,
	}
	if !slices.Equal(got, want) {
		t.Errorf("GoNB got\n%q, want\n%q", got, want)
	}
	if target, err := os.Readlink(filepath.Join(launcher, "go")); err != nil || target != program {
		t.Errorf("the cells' go leads to %s, %v, want %s", target, err, program)
	}
}

func TestLaunchWithoutGoNB(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "module espalier\n", 0o644)
	err := Launch(root, "file.json", nil)
	if missing := (*MissingError)(nil); !errors.As(err, &missing) || !strings.Contains(missing.What, root) {
		t.Errorf("the error is %v", err)
	}
}

// wrapped runs the go command that cells see.
func wrapped(t *testing.T, folder string, environment []string, args ...string) (string, error) {
	t.Helper()
	places := t.TempDir()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program, filepath.Join(places, "go")); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(filepath.Join(places, "go"), args...)
	command.Dir = folder
	command.Env = append(os.Environ(), "PATH="+places+":"+os.Getenv("PATH"))
	command.Env = append(command.Env, environment...)
	said, err := command.CombinedOutput()
	return string(said), err
}

func TestGoWrapperPassesThrough(t *testing.T) {
	// Not noted, wrongly noted as a wrapper, and noted as what is not there: each
	// time the real one is found on PATH.
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, noted := range []string{"", program, "/nonexistent/go"} {
		said, err := wrapped(t, t.TempDir(), []string{goVariable + "=" + noted}, "env", "GOOS")
		if err != nil || strings.TrimSpace(said) == "" {
			t.Errorf("with %q noted, go env GOOS says %q, %v", noted, said, err)
		}
	}
	var exit *exec.ExitError
	if said, err := wrapped(t, t.TempDir(), nil, "no-such-command"); !errors.As(err, &exit) || exit.ExitCode() != 2 {
		t.Errorf("a command that fails says %q, %v, want exit status 2", said, err)
	}
	if said, err := wrapped(t, t.TempDir(), []string{"PATH=/nonexistent"}, "version"); err == nil || !strings.Contains(said, "missing the go command") {
		t.Errorf("without a real go it says %q, %v", said, err)
	}
}

func TestGoWrapperModInit(t *testing.T) {
	root := seedling(t)
	cells, user := t.TempDir(), t.TempDir()
	environment := []string{rootVariable + "=" + root, "GONB_TMP_DIR=" + cells}
	for _, folder := range []string{cells, user} {
		if said, err := wrapped(t, folder, environment, "mod", "init", "gonb_1"); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
	}
	module := read(t, filepath.Join(cells, "go.mod"))
	for _, want := range []string{
		"module gonb_1\n", "go 1.26.5\n", "gonum.org/v1/gonum v0.17.0", "espalier v0.0.0", "replace espalier => " + root,
	} {
		if !strings.Contains(module, want) {
			t.Errorf("the module of cells lacks %q:\n%s", want, module)
		}
	}
	if got, want := read(t, filepath.Join(cells, "go.sum")), read(t, filepath.Join(root, "go.sum")); got != want {
		t.Errorf("go.sum is %q, want %q", got, want)
	}
	if module := read(t, filepath.Join(user, "go.mod")); strings.Contains(module, "espalier") {
		t.Errorf("the module of a user became\n%s", module)
	}
	environment[0] = rootVariable + "=/nonexistent"
	if err := os.Remove(filepath.Join(cells, "go.mod")); err != nil {
		t.Fatal(err)
	}
	if said, err := wrapped(t, cells, environment, "mod", "init", "gonb_1"); err == nil || !strings.Contains(said, rootVariable) {
		t.Errorf("without a checkout it says %q, %v", said, err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestIntercept(t *testing.T) {
	for _, args := range [][]string{nil, {"espalier"}, {"espalier", "run", "kernel"}, {"espalier", "kernel"}} {
		if _, intercepted := Intercept(args); intercepted {
			t.Errorf("%q was intercepted", args)
		}
	}
}

// TestInstall fakes the go command, and looks at what is asked of it.
func TestInstall(t *testing.T) {
	root := seedling(t)
	tools := t.TempDir()
	asked := filepath.Join(tools, "asked")
	write(t, filepath.Join(tools, "go"), "#!/bin/sh\necho \"$(basename $PWD) $GOBIN: $*\" >> "+asked+"\n", 0o755)
	t.Setenv("PATH", tools+":"+os.Getenv("PATH"))
	for _, name := range []string{"tools/go.mod", "tools/go.sum"} {
		write(t, filepath.Join(root, name), "1", 0o644)
	}
	install := func() {
		t.Helper()
		spec, err := Install(t.Context(), root, InstallOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := spec.Check(); err != nil {
			t.Error(err)
		}
	}
	install()
	want := "tools " + toolFolder(root) + ": install github.com/janpfeifer/gonb golang.org/x/tools/cmd/goimports\n" +
		filepath.Base(root) + " : mod download\n"
	if got := read(t, asked); got != want {
		t.Errorf("asked of go:\n%s, want\n%s", got, want)
	}
	install()
	if got := read(t, asked); got != want {
		t.Errorf("asked of go again:\n%s", got)
	}
	write(t, filepath.Join(root, "tools", "go.sum"), "2", 0o644)
	install()
	if got := read(t, asked); got != want+want {
		t.Errorf("with other versions, asked of go:\n%s", got)
	}
	write(t, filepath.Join(tools, "go"), "#!/bin/sh\necho no such version\nexit 1\n", 0o755)
	write(t, filepath.Join(root, "tools", "go.sum"), "3", 0o644)
	if _, err := Install(t.Context(), root, InstallOptions{}); err == nil || !strings.Contains(err.Error(), "no such version") {
		t.Errorf("the error of a go command that fails is %v", err)
	}
}
