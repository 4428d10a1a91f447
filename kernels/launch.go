package kernels

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	// goVariable names the real go command, for the program of that name that
	// Launch puts before it.
	goVariable = "ESPALIER_GO"

	// launcherVariable names the folder for that program, for kernels that must not leave
	// anything in the checkout.
	launcherVariable = "ESPALIER_LAUNCHER"
)

// Intercept lets a program serve as the launcher of kernels and as their go command. Its
// main function must begin by calling Intercept with os.Args: if the program was started
// as one of the two, Intercept does the work and returns the exit status and true.
func Intercept(args []string) (status int, intercepted bool) {
	if len(args) == 0 {
		return 0, false
	}
	if strings.TrimSuffix(filepath.Base(args[0]), ".exe") == "go" {
		return GoWrapper(args[1:]), true
	}
	if len(args) < 3 || args[1] != kernelCommand {
		return 0, false
	}
	root, err := FindRoot(".")
	if err == nil {
		err = Launch(root, args[2], args[3:])
	}
	fmt.Fprintln(os.Stderr, "espalier kernel:", err)
	if missing := (*MissingError)(nil); errors.As(err, &missing) {
		return 3, true
	}
	return 1, true
}

// Launch replaces this process by GoNB, which serves the front end that wrote the
// connection file and whose cells can import the packages of the checkout at root. args are
// further arguments of GoNB. Launch returns only if it fails.
func Launch(root, connectionFile string, args []string) error {
	gonb := kernelTools[0].path(root)
	if !isProgram(gonb) {
		return &MissingError{What: "GoNB at " + gonb, How: "run `espalier notebook install`"}
	}
	program, err := findGo()
	if err != nil {
		return err
	}
	folder := cmp.Or(os.Getenv(launcherVariable), filepath.Join(laboratory(root), "launcher"))
	if err := placeWrapper(folder); err != nil {
		return fmt.Errorf("place the go command of cells: %w", err)
	}
	path := strings.Join([]string{folder, toolFolder(root), os.Getenv("PATH")}, string(os.PathListSeparator))
	environment := setenv(os.Environ(), "PATH", path)
	environment = setenv(environment, launcherVariable, "")
	environment = setenv(environment, goVariable, program)
	environment = setenv(environment, rootVariable, root)
	// A workspace around the front end is not one around the cells.
	environment = setenv(environment, "GOWORK", "")
	return replace(gonb, append([]string{gonb, "--kernel", connectionFile}, args...), environment)
}

// placeWrapper makes a link named go in a folder that leads to this program.
func placeWrapper(folder string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	name := filepath.Join(folder, "go"+executableSuffix())
	if target, err := os.Readlink(name); err == nil && target == self {
		return nil
	}
	// Renamed into place, because another kernel may be using the name at this moment.
	fresh := fmt.Sprintf("%s-%d", name, os.Getpid())
	if err := os.Symlink(self, fresh); err != nil {
		return err
	}
	return os.Rename(fresh, name)
}

// findGo returns the real go command: the first on PATH, or else the one that a
// launcher noted, that is not this program.
func findGo() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	var candidates []string
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		candidates = append(candidates, filepath.Join(folder, "go"+executableSuffix()))
	}
	candidates = append(candidates, os.Getenv(goVariable))
	for _, candidate := range candidates {
		if isProgram(candidate) && !sameFile(candidate, self) {
			return candidate, nil
		}
	}
	return "", &MissingError{What: "the go command on PATH", How: "install Go from https://go.dev/dl and add its bin folder to PATH"}
}

func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// setenv returns the environment with a variable set, in the place of earlier
// settings of it.
func setenv(environment []string, name, value string) []string {
	var set []string
	for _, entry := range environment {
		if !strings.HasPrefix(entry, name+"=") {
			set = append(set, entry)
		}
	}
	return append(set, name+"="+value)
}

// GoWrapper is the go command that builds cells. It runs the real one with the same
// arguments, with one exception: the module that GoNB makes for its cells gets the
// requirements of the checkout, at the same versions, and the checkout itself. It returns
// the exit status.
func GoWrapper(args []string) int {
	status, err := wrapGo(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "espalier's go command:", err)
		return 1
	}
	return status
}

func wrapGo(args []string) (int, error) {
	program := os.Getenv(goVariable)
	if self, err := os.Executable(); err != nil || !isProgram(program) || sameFile(program, self) {
		if program, err = findGo(); err != nil {
			return 0, err
		}
	}
	switch {
	case len(args) > 0 && args[0] == "get":
		return getModules(program, args)
	case !initialisesCells(args):
		return 0, replace(program, append([]string{program}, args...), os.Environ())
	}
	if status, err := runReal(program, args...); err != nil || status != 0 {
		return status, err
	}
	return requireCheckout(program, os.Getenv(rootVariable), args[2])
}

const offlineHint = "Cells do not ask the network for modules. To let them: %env GOPROXY="

// getModules runs go get. If that fails because cells do not use the network, getModules
// says how to allow it; go itself only says that there is no such package.
func getModules(program string, args []string) (int, error) {
	status, err := runReal(program, args...)
	if status != 0 && os.Getenv("GOPROXY") == "off" {
		fmt.Fprintf(os.Stderr, "%s\n", offlineHint)
	}
	return status, err
}

// initialisesCells reports whether the arguments are those with which GoNB makes the module
// of its cells. A user's own `!go mod init` is in another folder.
func initialisesCells(args []string) bool {
	return len(args) == 3 && args[0] == "mod" && args[1] == "init" && sameFile(".", os.Getenv("GONB_TMP_DIR"))
}

// requireCheckout gives the module in the working directory the go.mod and go.sum of the
// checkout under its own name, so that every version is pinned and nothing has to be
// looked up, and requires the checkout itself.
func requireCheckout(program, root, module string) (int, error) {
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return 0, fmt.Errorf("%s of the checkout (%s): %w", name, rootVariable, err)
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			return 0, err
		}
	}
	return runReal(program, "mod", "edit", "-module="+module, "-require=espalier@v0.0.0", "-replace=espalier="+root)
}

func runReal(program string, args ...string) (int, error) {
	command := exec.Command(program, args...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := command.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}
