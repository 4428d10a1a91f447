package kernels

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"espalier/internal/durable"

	"github.com/gofrs/flock"
)

// tool is a program out of the tools module.
type tool struct{ name, pack string }

// kernelTools are what a running kernel needs.
var kernelTools = []tool{
	{name: "gonb", pack: "github.com/janpfeifer/gonb"},
	{name: "goimports", pack: "golang.org/x/tools/cmd/goimports"},
}

func (t tool) path(root string) string {
	return filepath.Join(toolFolder(root), t.name+executableSuffix())
}

func executableSuffix() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

// InstallOptions says how Install reports.
type InstallOptions struct {
	Log io.Writer // where steps that take long and the go command's output go; nil: nowhere
}

// Install installs the kernel of a checkout: it builds GoNB and goimports from the tools
// module, fetches the modules that cells may import, and writes the kernel specification,
// which starts this program. Steps whose results are there and up to date are skipped. It
// returns the specification.
func Install(ctx context.Context, root string, o InstallOptions) (Spec, error) {
	if err := InstallTools(ctx, root, o); err != nil {
		return Spec{}, err
	}
	launcher, err := stableExecutable(root)
	if err != nil {
		return Spec{}, err
	}
	spec := NewSpec(root, launcher)
	// A front end that a desktop started may not have the user's PATH.
	if spec.Env[goVariable], err = findGo(); err != nil {
		return Spec{}, err
	}
	return spec, spec.Write(SpecFolder(root))
}

// InstallTools builds GoNB and goimports into .lab/bin of a checkout and fetches the
// modules of the checkout, unless that was done for the same versions. Programs that
// call it at the same time wait for each other.
func InstallTools(ctx context.Context, root string, o InstallOptions) error {
	folder := toolFolder(root)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("install the kernel: %w", err)
	}
	lock := flock.New(filepath.Join(laboratory(root), "install.lock"))
	if _, err := lock.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		return fmt.Errorf("install the kernel: wait for another installation: %w", err)
	}
	defer lock.Unlock()

	digest, err := versionsDigest(root)
	if err != nil {
		return fmt.Errorf("install the kernel: %w", err)
	}
	stamp := filepath.Join(folder, "kernel.sum")
	if done, err := os.ReadFile(stamp); err == nil && string(done) == digest && toolsBuilt(root) {
		return nil
	}
	logf(o.Log, "building GoNB and goimports into %s\n", folder)
	args := []string{"install"}
	for _, tool := range kernelTools {
		args = append(args, tool.pack)
	}
	if err := runGo(ctx, o.Log, filepath.Join(root, "tools"), []string{"GOBIN=" + folder}, args...); err != nil {
		return err
	}
	if err := runGo(ctx, o.Log, root, nil, "mod", "download"); err != nil {
		return err
	}
	return durable.WriteFile(durable.OS{}, stamp, []byte(digest))
}

func toolsBuilt(root string) bool {
	for _, tool := range kernelTools {
		if !isProgram(tool.path(root)) {
			return false
		}
	}
	return true
}

// versionsDigest names the versions of everything that Install builds or fetches.
func versionsDigest(root string) (string, error) {
	sum := sha256.New()
	for _, name := range []string{"tools/go.mod", "tools/go.sum", "go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(content))
		sum.Write(content)
	}
	return hex.EncodeToString(sum.Sum(nil)) + "\n", nil
}

// runGo runs the go command in a folder. An error includes the last lines of its output.
func runGo(ctx context.Context, log io.Writer, folder string, environment []string, args ...string) error {
	program, err := findGo()
	if err != nil {
		return err
	}
	var said bytes.Buffer
	command := exec.CommandContext(ctx, program, args...)
	command.Dir = folder
	command.Env = append(os.Environ(), "GOWORK=off")
	command.Env = append(command.Env, environment...)
	command.Stdout = &said
	if log != nil {
		command.Stdout = io.MultiWriter(&said, log)
	}
	command.Stderr = command.Stdout
	if err := command.Run(); err != nil {
		err = cmp.Or(context.Cause(ctx), err)
		return fmt.Errorf("go %s in %s: %w\n%s", strings.Join(args, " "), folder, err, lastLines(said.String(), 12))
	}
	return nil
}

// stableExecutable returns a lasting path of this program. `go run` deletes what it has
// built, so such a program is copied to .lab/bin.
func stableExecutable(root string) (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("install the kernel: %w", err)
	}
	if !inside(program, os.TempDir()) {
		return program, nil
	}
	copied := filepath.Join(toolFolder(root), "espalier-kernel"+executableSuffix())
	source, err := os.Open(program)
	if err != nil {
		return "", fmt.Errorf("install the kernel: %w", err)
	}
	defer source.Close()
	err = durable.Write(durable.OS{}, copied, func(w io.Writer) error {
		_, err := io.Copy(w, source)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("install the kernel: %w", err)
	}
	return copied, os.Chmod(copied, 0o755)
}

func inside(path, folder string) bool {
	relative, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(relative)
}

func logf(log io.Writer, format string, args ...any) {
	if log != nil {
		fmt.Fprintf(log, format, args...)
	}
}
