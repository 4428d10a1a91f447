package kernels

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"espalier/internal/durable"
)

//go:embed requirements.txt
var requirements []byte

// labSettings keep JupyterLab from using the network for what the user has not asked for,
// and from asking whether it may.
//
//go:embed lab-settings.json
var labSettings []byte

// virtualEnvironment is where Python packages are installed apart from the system's.
type virtualEnvironment struct{ folder string }

func (e virtualEnvironment) python() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(e.folder, "Scripts", "python.exe")
	}
	return filepath.Join(e.folder, "bin", "python")
}

// install makes the environment with a Python interpreter and installs the requirements in
// it, unless that has been done.
func (e virtualEnvironment) install(ctx context.Context, python string, log io.Writer) error {
	if err := e.make(ctx, python, log); err != nil {
		return err
	}
	if err := e.configure(); err != nil {
		return err
	}
	stamp := filepath.Join(e.folder, "requirements.txt")
	if done, err := os.ReadFile(stamp); err == nil && bytes.Equal(done, requirements) {
		return nil
	}
	logf(log, "installing JupyterLab into %s\n", e.folder)
	file, err := os.CreateTemp("", "espalier-requirements-*.txt")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(requirements)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if said, err := combined(ctx, e.python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", file.Name()); err != nil {
		return fmt.Errorf("install JupyterLab with pip: %w\n%s", err, lastLines(said, 12))
	}
	return durable.WriteFile(durable.OS{}, stamp, requirements)
}

// configure writes settings, which the user's own override.
func (e virtualEnvironment) configure() error {
	folder := filepath.Join(e.folder, "share", "jupyter", "lab", "settings")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return durable.WriteFile(durable.OS{}, filepath.Join(folder, "overrides.json"), labSettings)
}

func (e virtualEnvironment) make(ctx context.Context, python string, log io.Writer) error {
	if _, err := combined(ctx, e.python(), "-m", "pip", "--version"); err == nil {
		return nil
	}
	const without = "; `espalier notebook run` needs no Python"
	if _, err := exec.LookPath(python); err != nil {
		return &MissingError{What: python, How: "install Python 3.9 or later with its venv module (Debian, Ubuntu: apt install python3-venv)" + without}
	}
	logf(log, "making a Python environment in %s\n", e.folder)
	if said, err := combined(ctx, python, "-m", "venv", e.folder); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return &MissingError{
			What: fmt.Sprintf("a venv module of %s that works (%v: %s)", python, err, lastLines(said, 1)),
			How:  "install it (Debian, Ubuntu: apt install python3-venv)" + without,
		}
	}
	return nil
}

// combined runs a program and returns its output and standard error.
func combined(ctx context.Context, program string, args ...string) (string, error) {
	said, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	if err != nil {
		err = cmp.Or(context.Cause(ctx), err)
	}
	return string(said), err
}
