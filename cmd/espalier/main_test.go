package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write golden files anew")

// program is the espalier that TestMain builds.
var program string

func TestMain(m *testing.M) {
	flag.Parse()
	folder, err := os.MkdirTemp("", "espalier-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program = filepath.Join(folder, "espalier")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	status := 1
	if err := build.Run(); err == nil {
		status = m.Run()
	}
	if err := os.RemoveAll(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(status)
}

// ran is what a call of the program left.
type ran struct {
	out, err string
	status   int
}

// espalier calls the program in a folder of its own, with nothing of the caller's
// settings in its environment but what is given, as NAME=value before the arguments.
func espalier(t *testing.T, arguments ...string) ran {
	t.Helper()
	return inFolder(t, t.TempDir(), arguments...)
}

func inFolder(t *testing.T, folder string, arguments ...string) ran {
	t.Helper()
	environment := cleanEnvironment()
	for len(arguments) > 0 && strings.HasPrefix(arguments[0], "ESPALIER_") {
		environment = append(environment, arguments[0])
		arguments = arguments[1:]
	}
	command := exec.CommandContext(t.Context(), program, arguments...)
	command.Dir, command.Env = folder, environment
	var out, complaints bytes.Buffer
	command.Stdout, command.Stderr = &out, &complaints
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return ran{out.String(), complaints.String(), command.ProcessState.ExitCode()}
}

func cleanEnvironment() []string {
	var environment []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "ESPALIER_") && !strings.HasPrefix(variable, "GONB_") {
			environment = append(environment, variable)
		}
	}
	return environment
}

// tiny are the arguments of a run that takes a moment.
var tiny = []string{
	"run", "lth/tickets", "--seeds", "2", "--set", "width=0.1", "--set", "levels=1", "--set", "length=10it",
	"--set", "evaluate-every=5it", "--set", "validation=100", "--set", "methods=tickets,random-reinitialization,dense",
}

// objects reads JSON objects, one a line, and nothing else.
func objects(t *testing.T, text string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(text) {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatalf("not a JSON object: %v: %s", err, line)
		}
		all = append(all, object)
	}
	return all
}

func golden(t *testing.T, file, text string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s (go test -update writes it anew):\n%s\nwant\n%s", path, text, want)
	}
}
