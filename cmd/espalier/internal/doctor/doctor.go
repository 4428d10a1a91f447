package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"espalier/backend"
	"espalier/data"
	"espalier/experiments"
	"espalier/internal/durable"
	"espalier/kernels"
)

// State is how a finding is meant.
type State string

// The states. What is Absent is needed for something that works without it
// otherwise; what is Broken keeps the program from its work.
const (
	Present State = "present"
	Absent  State = "absent"
	Broken  State = "broken"
)

// Finding is one thing that was looked for.
type Finding struct {
	Subject string `json:"subject"`
	State   State  `json:"state"`
	Found   string `json:"found"`
	Advice  string `json:"advice,omitempty"`
}

// Mark is a sign for the state.
func (f Finding) Mark() string {
	switch f.State {
	case Present:
		return "✓"
	case Absent:
		return "–"
	default:
		return "✗"
	}
}

// Options are where to look.
type Options struct{ Backend, Data, Runs string }

// Examine looks at everything.
func Examine(ctx context.Context, o Options) []Finding {
	findings := []Finding{source(), goToolchain(ctx), processor(), chosenBackend(o.Backend), plugin("cpu"), compiler(ctx)}
	findings = append(findings, notebookKernel()...)
	findings = append(findings, python(ctx))
	findings = append(findings, dataSets(o.Data)...)
	return append(findings, runs(o.Runs))
}

func source() Finding {
	s := experiments.BuiltFrom()
	found := s.Commit
	if !s.Clean {
		found += " with changes"
	}
	return Finding{Subject: "espalier", State: Present, Found: "built from commit " + found}
}

// goToolchain looks for the go command, which notebooks build their cells with.
func goToolchain(ctx context.Context) Finding {
	version, err := output(ctx, "go", "version")
	if err != nil {
		return Finding{"go", Absent, "not on the PATH", "notebooks need it: install Go from https://go.dev/dl"}
	}
	return Finding{Subject: "go", State: Present, Found: strings.TrimPrefix(version, "go version ") + "; this program: " + runtime.Version()}
}

func processor() Finding {
	p := experiments.ThisProcessor()
	return Finding{
		Subject: "processor", State: Present,
		Found: fmt.Sprintf("%s, %d cores: %s", p.Model, p.Cores, strings.Join(p.Features, " ")),
	}
}

// chosenBackend starts the backend that a run would use.
func chosenBackend(name string) Finding {
	chosen, err := backend.New(name)
	if err != nil {
		return Finding{Subject: "backend", State: Broken, Found: err.Error()}
	}
	return Finding{Subject: "backend", State: Present, Found: chosen.String()}
}

func plugin(kind string) Finding {
	path, err := backend.Plugin(kind)
	if err != nil {
		return Finding{"xla plugin", Absent, "none for " + kind, "for --backend xla: `make xla`"}
	}
	return Finding{Subject: "xla plugin", State: Present, Found: path}
}

// compiler looks for a C compiler, which only xla needs.
func compiler(ctx context.Context) Finding {
	for _, name := range []string{os.Getenv("CC"), "cc", "gcc", "clang"} {
		if name == "" {
			continue
		}
		if version, err := output(ctx, name, "--version"); err == nil {
			line, _, _ := strings.Cut(version, "\n")
			return Finding{Subject: "C compiler", State: Present, Found: line}
		}
	}
	return Finding{"C compiler", Absent, "none", "only building with xla needs one"}
}

// notebookKernel checks the GoNB kernel and the tools of the checkout.
func notebookKernel() []Finding {
	root, err := kernels.FindRoot(".")
	if err != nil {
		return []Finding{{"checkout", Absent, "not in a checkout of Espalier", "notebooks need one: run in it, or set ESPALIER_ROOT"}}
	}
	findings := []Finding{{Subject: "checkout", State: Present, Found: root}}
	spec, err := kernels.ReadSpec(kernels.SpecFolder(root))
	if err == nil {
		err = spec.Check()
	}
	if err != nil {
		return append(findings, Finding{"notebook kernel", Absent, oneLine(err), "`espalier notebook install`"})
	}
	return append(findings, Finding{Subject: "notebook kernel", State: Present, Found: kernels.SpecFolder(root)})
}

func python(ctx context.Context) Finding {
	version, err := output(ctx, "python3", "--version")
	if err != nil {
		return Finding{"python", Absent, "not on the PATH", "only `espalier lab` needs it"}
	}
	return Finding{Subject: "python", State: Present, Found: version}
}

func dataSets(folder string) []Finding {
	images, err := data.List(folder)
	if err != nil {
		return []Finding{{Subject: "data", State: Broken, Found: oneLine(err)}}
	}
	graphs, err := data.ListGraphs(folder)
	if err != nil {
		return []Finding{{Subject: "data", State: Broken, Found: oneLine(err)}}
	}
	var findings []Finding
	for _, e := range images {
		findings = append(findings, dataSet(e.Name, e.Found, e.Missing, e.HowToGet()))
	}
	for _, e := range graphs {
		findings = append(findings, dataSet(e.Name, e.Found, e.Missing, e.HowToGet()))
	}
	return findings
}

// dataSet tells of one set whether it was found, or how to get it.
func dataSet(name, found string, missing []string, get string) Finding {
	switch {
	case found == "":
		return Finding{"data " + name, Absent, "not found", get + " with --data or ESPALIER_DATA"}
	case len(missing) > 0:
		return Finding{"data " + name, Absent, found + " lacks " + strings.Join(missing, ", "), get}
	}
	return Finding{Subject: "data " + name, State: Present, Found: found}
}

// runs tries to write where results go, or where their folder would be made.
func runs(folder string) Finding {
	existing := folder
	for {
		if info, err := os.Stat(existing); err == nil && info.IsDir() {
			break
		} else if err == nil || !errors.Is(err, os.ErrNotExist) {
			return Finding{"results", Broken, folder + " is not a folder that can be used", "name another by --runs or ESPALIER_RUNS"}
		}
		existing = filepath.Dir(filepath.Clean(existing))
	}
	probe, err := os.CreateTemp(existing, durable.TempPrefix+"doctor-*")
	if err != nil {
		return Finding{"results", Broken, oneLine(err), "name another folder by --runs or ESPALIER_RUNS"}
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return Finding{Subject: "results", State: Broken, Found: oneLine(err)}
	}
	return Finding{Subject: "results", State: Present, Found: folder}
}

func output(ctx context.Context, name string, arguments ...string) (string, error) {
	out, err := exec.CommandContext(ctx, name, arguments...).Output()
	return strings.TrimSpace(string(out)), err
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
