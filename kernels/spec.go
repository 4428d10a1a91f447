package kernels

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"espalier/internal/durable"
)

const (
	// kernelName is GoNB's own, so that notebooks open with either.
	kernelName  = "gonb"
	displayName = "Go (Espalier)"
	language    = "go"

	specFile = "kernel.json"

	// connectionArgument stands in a specification's command where the connection
	// file goes.
	connectionArgument = "{connection_file}"

	// kernelCommand is the hidden command of this program that Launch runs under.
	kernelCommand = "kernel"
)

// Spec is a kernel specification, the kernel.json that tells Jupyter how to start a kernel
// (https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs).
type Spec struct {
	Argv          []string          `json:"argv"`
	DisplayName   string            `json:"display_name"`
	Language      string            `json:"language"`
	InterruptMode string            `json:"interrupt_mode,omitempty"`
	Env           map[string]string `json:"env,omitempty"`
}

// NewSpec returns the specification of the kernel for the checkout at root. launcher is the
// path of the program that starts it, which calls Intercept.
//
// GOPROXY=off keeps cells from asking the network about modules at every run, which
// makes them faster and lets them work offline; -s leaves out the linker's symbol
// table, which nobody reads and which takes a third of a cell's time to write.
func NewSpec(root, launcher string) Spec {
	return Spec{
		Argv:          []string{launcher, kernelCommand, connectionArgument, "-raw_error=true"},
		DisplayName:   displayName,
		Language:      language,
		InterruptMode: "message",
		Env: map[string]string{
			rootVariable: root,
			"GOPROXY":    "off",
			"GOFLAGS":    "-buildvcs=false '-ldflags=-s -w'",
		},
	}
}

// ReadSpec reads the specification in a folder. If there is none, the error is a
// *MissingError.
func ReadSpec(folder string) (Spec, error) {
	path := filepath.Join(folder, specFile)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Spec{}, &MissingError{What: "the kernel specification " + path, How: "run `espalier notebook install`"}
	}
	if err != nil {
		return Spec{}, fmt.Errorf("kernel specification: %w", err)
	}
	var spec Spec
	if err := json.Unmarshal(content, &spec); err != nil {
		return Spec{}, fmt.Errorf("kernel specification %s: %w", path, err)
	}
	return spec, nil
}

// Write makes the folder and writes the specification into it. A file that says the
// same already is left alone.
func (s Spec) Write(folder string) error {
	content, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("kernel specification: %w", err)
	}
	content = append(content, '\n')
	path := filepath.Join(folder, specFile)
	if there, err := os.ReadFile(path); err == nil && string(there) == string(content) {
		return nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("kernel specification: %w", err)
	}
	return durable.WriteFile(durable.OS{}, path, content)
}

// Check returns everything that keeps the kernel from starting or working, joined to one
// error. Things that are not there are *MissingError.
func (s Spec) Check() error {
	var problems []error
	problem := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("kernel specification: "+format, args...))
	}
	missing := func(what, how string) { problems = append(problems, &MissingError{What: what, How: how}) }
	const again = "run `espalier notebook install`"

	if len(s.Argv) == 0 {
		problem("argv is empty: %s", again)
	} else if !isProgram(s.Argv[0]) {
		missing("the kernel's launcher "+s.Argv[0], again)
	}
	if !slices.Contains(s.Argv, connectionArgument) {
		problem("argv lacks %s: %s", connectionArgument, again)
	}
	if s.Language != language {
		problem("language is %q, not %q: %s", s.Language, language, again)
	}
	if s.InterruptMode != "message" {
		problem("interrupt_mode is %q; GoNB is interrupted by \"message\": %s", s.InterruptMode, again)
	}
	root := s.Env[rootVariable]
	if !isRoot(root) {
		problem("%s is %q, which is no checkout of Espalier: %s", rootVariable, root, again)
		return errors.Join(problems...)
	}
	for _, tool := range kernelTools {
		if path := tool.path(root); !isProgram(path) {
			missing(tool.name+" at "+path, again)
		}
	}
	if _, err := findGo(); err != nil {
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

func isProgram(path string) bool {
	if !filepath.IsAbs(path) {
		return false
	}
	_, err := exec.LookPath(path)
	return err == nil
}
