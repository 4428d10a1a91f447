package kernels

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// serveFakeLab is a JupyterLab that has nothing but a status, for who has its token.
func serveFakeLab() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	said, err := json.Marshal(map[string]string{"url": fmt.Sprintf("http://%s/", listener.Addr())})
	if err != nil {
		return err
	}
	file := filepath.Join(os.Getenv("JUPYTER_RUNTIME_DIR"), fmt.Sprintf("jpserver-%d.json", os.Getpid()))
	if err := os.WriteFile(file, said, 0o600); err != nil {
		return err
	}
	return http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "token "+os.Getenv("JUPYTER_TOKEN") {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, "%d", os.Getpid())
	}))
}

// fakePython makes a checkout and a Python in it whose pip and JupyterLab do as
// given in shell; its venv is a copy of itself.
func fakePython(t *testing.T, venv, pip, lab string) (root, python string) {
	t.Helper()
	root = seedling(t)
	write(t, filepath.Join(root, "tools", "go.mod"), "", 0o644)
	write(t, filepath.Join(root, "tools", "go.sum"), "", 0o644)
	bin := t.TempDir()
	write(t, filepath.Join(bin, "go"), "#!/bin/sh\n", 0o755)
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	python = filepath.Join(bin, "python3")
	write(t, python, fmt.Sprintf(`#!/bin/sh
echo "$*" >> %s/asked
case "$2 $3" in
"venv "*) %s ;;
"pip --version") ;;
"pip install") %s ;;
"jupyterlab "*) %s ;;
esac
`, bin, venv, pip, lab), 0o755)
	return root, python
}

const venvCopies = `mkdir -p $3/bin && cp $0 $3/bin/python`

func TestLab(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	root, python := fakePython(t, venvCopies, ":", "exec "+program+" fake-lab")
	for range 2 {
		ctx, cancel := context.WithCancel(t.Context())
		var pid int
		err := Lab(ctx, root, LabOptions{Python: python, Ready: func(address string) {
			pid = status(t, address)
			cancel()
		}})
		if err != nil {
			t.Fatal(err)
		}
		if !gone(pid) {
			t.Error("the server is still there")
		}
	}
	asked := read(t, filepath.Join(filepath.Dir(python), "asked"))
	if got := strings.Count(asked, "pip install"); got != 1 {
		t.Errorf("pip was asked to install %d times:\n%s", got, asked)
	}
	if !strings.Contains(asked, "--ServerApp.ip=127.0.0.1") || !strings.Contains(asked, "--ServerApp.root_dir="+root) {
		t.Errorf("the server was asked for as\n%s", asked)
	}
	registered := filepath.Join(root, ".lab", "venv", "share", "jupyter", "kernels", "gonb")
	spec, err := ReadSpec(registered)
	if err != nil {
		t.Fatal(err)
	}
	if err := spec.Check(); err != nil {
		t.Error(err)
	}
}

// status asks a server who it is.
func status(t *testing.T, address string) (pid int) {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if parsed.Hostname() != "127.0.0.1" || parsed.Path != "/lab" {
		t.Errorf("the address is %s", address)
	}
	response := get(t, parsed, "/api/status")
	defer response.Body.Close()
	if _, err := fmt.Fscan(response.Body, &pid); err != nil {
		t.Errorf("%s: %v", response.Status, err)
	}
	return pid
}

func get(t *testing.T, address *url.URL, path string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address.ResolveReference(&url.URL{Path: path}).String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "token "+address.Query().Get("token"))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func TestLabErrors(t *testing.T) {
	for _, test := range []struct {
		name, venv, pip, lab string
		python               string // "": the fake one
		missing              bool
		want                 string
	}{
		{"no Python", ":", ":", ":", "no-such-python", true, "missing no-such-python: install Python"},
		{"no venv", "echo ensurepip is not available; exit 1", ":", ":", "", true, "ensurepip is not available"},
		{"pip fails", venvCopies, "echo no network; exit 1", ":", "", false, "no network"},
		{"JupyterLab fails", venvCopies, ":", "echo a bad day; exit 3", "", false, "exit status 3\na bad day"},
	} {
		t.Run(test.name, func(t *testing.T) {
			root, python := fakePython(t, test.venv, test.pip, test.lab)
			if test.python != "" {
				python = test.python
			}
			err := Lab(t.Context(), root, LabOptions{Python: python})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, want one with %q", err, test.want)
			}
			if missing := (*MissingError)(nil); errors.As(err, &missing) != test.missing {
				t.Errorf("that it is a *MissingError is %v, want %v", !test.missing, test.missing)
			}
		})
	}
}

func TestLabEndsByItself(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	root, python := fakePython(t, venvCopies, ":", "exec "+program+" fake-lab")
	err = Lab(t.Context(), root, LabOptions{Python: python, Ready: func(address string) {
		if err := syscall.Kill(status(t, address), syscall.SIGKILL); err != nil {
			t.Error(err)
		}
	}})
	if err == nil || !strings.Contains(err.Error(), "signal: killed") {
		t.Errorf("the error is %v, want one with how it ended", err)
	}
}

// TestJupyterLab installs the real one, which takes a network and half a minute,
// starts it, and executes a notebook through the kernel that is registered there.
func TestJupyterLab(t *testing.T) {
	if os.Getenv("ESPALIER_LAB_TEST") == "" {
		t.Skip("starting the real JupyterLab, which pip fetches: set ESPALIER_LAB_TEST=1")
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("starting the real JupyterLab: there is no python3")
	}
	root := checkout(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	notebook := notebookOf("import \"espalier/seed\"\n\n%%\nfmt.Println(seed.Seed(7) == 7)")
	notebook.describe()
	path := placed(t, notebook)
	err := Lab(ctx, root, LabOptions{Log: os.Stderr, Ready: func(address string) {
		defer cancel()
		parsed, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]int{"/api/kernelspecs/gonb": http.StatusOK, "/api/kernelspecs/none": http.StatusNotFound} {
			response := get(t, parsed, path)
			response.Body.Close()
			if response.StatusCode != want {
				t.Errorf("%s: %s, want %d", path, response.Status, want)
			}
		}
		python := virtualEnvironment{folder: filepath.Join(root, ".lab", "venv")}
		if said, err := combined(ctx, python.python(), "-m", "jupyter", "execute", "--inplace", path); err != nil {
			t.Errorf("%v\n%s", err, said)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	executed, err := ReadNotebook(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := stdout(executed.Cells[0]); got != "true\n" {
		t.Errorf("the cell printed %q", got)
	}
}
