package backend_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/backend"
)

func TestDefaultBackendComputes(t *testing.T) {
	t.Setenv(backend.Variable, "")
	b, err := backend.New("")
	if err != nil {
		t.Fatal(err)
	}
	if b.Name != backend.Default || !strings.HasPrefix(b.Version, "espalier") {
		t.Errorf("chose %q, version %q", b.Name, b.Version)
	}
	sum, err := graph.CallOnce(b.Backend, func(x, y *graph.Node) *graph.Node { return graph.Add(x, y) }, float32(2), float32(3))
	if err != nil {
		t.Fatal(err)
	}
	if got := sum.Value(); got != float32(5) {
		t.Errorf("2 + 3 = %v", got)
	}
}

func TestTheFlagComesBeforeTheEnvironment(t *testing.T) {
	t.Setenv(backend.Variable, "no-such-backend")
	if b, err := backend.New("go"); err != nil || b.Name != "go" {
		t.Errorf("New(go) = %v, %v", b, err)
	}
	var unknown *backend.UnknownError
	if _, err := backend.New(""); !errors.As(err, &unknown) || unknown.Name != "no-such-backend" {
		t.Errorf("New with %s set: %v", backend.Variable, err)
	} else if strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "cpu, go, xla") {
		t.Errorf("the error should name the backends in one line: %v", err)
	}
}

// Without a plugin, xla says in one line how to get it, whether it is compiled in or not.
func TestMissingPluginSaysHowToGetIt(t *testing.T) {
	t.Setenv(backend.PluginVariable, t.TempDir())
	t.Chdir(t.TempDir())
	_, err := backend.New("xla:nowhere")
	var missing *backend.MissingError
	if !errors.As(err, &missing) || !strings.Contains(err.Error(), "make xla") || strings.Contains(err.Error(), "\n") {
		t.Errorf("New(xla:nowhere): %v", err)
	}
}

func TestPluginIsFoundAboveTheWorkingDirectory(t *testing.T) {
	root := t.TempDir()
	folder := filepath.Join(root, ".lab", "xla")
	deep := filepath.Join(root, "notebooks", "more")
	for _, f := range []string{folder, deep} {
		if err := os.MkdirAll(f, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	want := filepath.Join(folder, "pjrt_c_api_cpu_plugin.so")
	if err := os.WriteFile(want, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv(backend.PluginVariable, "")
	t.Chdir(deep)
	got, err := backend.Plugin("cpu")
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("Plugin(cpu) = %s, want %s", got, want)
	}
}
