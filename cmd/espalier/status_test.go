package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever goes wrong is told in one line on standard error, with the right status
// and without a stack trace.
func TestWhatGoesWrongIsOneLine(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, []byte("no notebook"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		arguments []string
		status    int
		want      string
	}{
		{"no command", nil, 2, "expected one of"},
		{"an unknown command", []string{"rnu"}, 2, "rnu"},
		{"an unknown flag", []string{"list", "--jsno"}, 2, "--jsno"},
		{"an argument too many", []string{"list", "all"}, 2, "all"},
		{"an unknown experiment", []string{"run", "lth/ticket"}, 2, "did you mean lth/tickets"},
		{"an unknown scale", []string{"run", "lth/tickets", "--scale", "big"}, 2, "smoke, bench, paper"},
		{"a negative number of seeds", []string{"run", "lth/tickets", "--seeds=-1"}, 2, "at least 1"},
		{"an unknown hyper-parameter", []string{"run", "lth/tickets", "--set", "learning_rate=1"}, 2, "did you mean learning-rate?"},
		{"a bad value", []string{"run", "lth/tickets", "--set", "levels=many"}, 2, "levels=many: expected a whole number"},
		{"a bad fraction", []string{"run", "lth/tickets", "--set", "fraction=1.2"}, 2, "expected a number above 0 and below 1"},
		{"a bad length", []string{"run", "lth/tickets", "--set", "length=5"}, 2, "160ep, 500it or 2ep50it"},
		{"no value", []string{"run", "lth/tickets", "--set", "levels"}, 2, "expected name=value"},
		{"levels that leave nothing", []string{"run", "lth/structural", "--set", "levels=20", "--set", "fraction=0.9"}, 2, "pruned 20 times by 0.9, none of the"},
		{"more filters than there are", []string{"run", "lth/scratch", "--set", "filters=1"}, 2, "write numbers in [0, 1)"},
		{"a rate that leaves nothing", []string{"run", "lth/soft", "--set", "rates=1"}, 2, "rates=1: expected fractions below 1"},
		{"an unknown data set", []string{"run", "lth/tickets", "--set", "data=mnits"}, 2, "did you mean mnist"},
		{"an unknown network", []string{"run", "lth/tickets", "--set", "network=lenet3000"}, 2, "did you mean lenet300"},
		{"an unknown backend", []string{"run", "lth/tickets", "--backend", "abacus"}, 2, "abacus"},
		{"a backend that is not built in", []string{"run", "lth/tickets", "--backend", "xla"}, 3, "make xla"},
		{"an unknown backend in the environment", []string{"ESPALIER_BACKEND=abacus", "run", "lth/tickets"}, 2, "abacus"},
		{"missing data", []string{"run", "lth/tickets", "--scale", "bench", "--data", folder}, 3, "espalier data get"},
		{"no data folder", []string{"run", "lth/tickets", "--scale", "bench"}, 3, "--data"},
		{"a run folder that is a file", []string{"run", "lth/tickets", "--runs", file}, 1, "the run folder " + file},
		{"a run folder below a file", []string{"run", "lth/tickets", "--runs", filepath.Join(file, "runs")}, 1, "--runs"},
		{"a run folder that cannot be made", []string{"run", "lth/tickets", "--runs", "/proc/espalier"}, 1, "cannot be written"},
		{"no results for a table", []string{"table", "lth/tickets"}, 3, "espalier run lth/tickets"},
		{"no results for a plot", []string{"plot", "lth/tickets", "-o", filepath.Join(folder, "a.svg")}, 3, "espalier run lth/tickets"},
		{"a table of an unknown experiment", []string{"table", "lth"}, 2, "lth/tickets"},
		{"a plot without a file", []string{"plot", "lth/tickets"}, 2, "--output"},
		{"a plot of an unknown format", []string{"plot", "lth/tickets", "-o", "a.gif"}, 2, ".svg or .png"},
		{"an unknown experiment to show", []string{"show", "lth/tikets"}, 2, "did you mean lth/tickets"},
		{"a cell that is not there", []string{"show", "0123"}, 2, "0123"},
		{"an unknown network to show", []string{"network", "resnet21"}, 2, "resnet2"},
		{"a bad input", []string{"network", "resnet20", "--input", "big"}, 2, "big"},
		{"an input that is too small", []string{"network", "vgg16", "--input", "3x4x4"}, 2, "vgg16"},
		{"an unknown data set to check", []string{"data", "check", "imagenot"}, 2, "imagenot"},
		{"a data set that is not there", []string{"data", "check", "mnist", "--data", folder}, 3, "mnist"},
		{"nowhere to download to", []string{"data", "get", "mnist"}, 2, "--data"},
		{"an unknown benchmark", []string{"bench", "sgem/"}, 2, "they begin with sgemm/, conv3x3/"},
		{"no seeds", []string{"run", "lth/tickets", "--seeds", "0"}, 2, "--seeds 0: expected a whole number of at least 1"},
		{"a value that looks like a flag", []string{"run", "lth/tickets", "--seeds", "-1"}, 2, "expected a value but got \"-1\"; `espalier run --help`"},
		{"a negative number of workers", []string{"run", "lth/tickets", "--workers=-1"}, 2, "--workers -1"},
		{"a level of an experiment", []string{"show", "lth/tickets", "--level", "1"}, 2, "for --compile"},
		{"no network for a flag", []string{"network", "--compile"}, 2, "name it"},
		{"no workers", []string{"run", "lth/tickets", "--workers", "0"}, 2, "--workers 0: expected a whole number of at least 1"},
		{"no width", []string{"network", "resnet20", "--width", "0"}, 2, "--width 0: expected a positive number"},
		{"an infinite width", []string{"network", "resnet20", "--width", "inf"}, 2, "--width +Inf: expected a positive number"},
		{"no classes", []string{"network", "resnet20", "--classes", "0"}, 2, "--classes 0: expected a whole number of at least 1"},
		{"seeds in words", []string{"run", "lth/tickets", "--seeds", "two"}, 2, `--seeds: expected a whole number but got "two"`},
		{"weights that are not there", []string{"network", "resnet20", "--weights", filepath.Join(folder, "w.npz")}, 2, "there is no such file"},
		{"a mask that is not there", []string{"network", "resnet20", "--mask", filepath.Join(folder, "mask")}, 2, "there is no such file"},
		{"a notebook that is not there", []string{"notebook", "run", filepath.Join(folder, "a.ipynb")}, 2, "there is no such file"},
		{"weights of no format", []string{"network", "resnet20", "--weights", file}, 1, "neither a checkpoint of PyTorch nor"},
		{"a batch of no network", []string{"doctor", "--batch", "3"}, 2, "--batch is for --graph"},
		{"rounds against nobody", []string{"bench", "--rounds", "3"}, 2, "--rounds is for --peer"},
		{"a negative width", []string{"network", "resnet20", "--width=-1"}, 2, "--width -1: expected"},
		{"a batch that nothing computes", []string{"network", "resnet20", "--batch", "8"}, 2, "--compile"},
		{"a file for what is printed", []string{"network", "resnet20", "--compile", "-o", "a.onnx"}, 2, "choose one"},
		{"a missing flag of a command's command", []string{"data", "export", "cora"}, 2, "`espalier data export --help`"},
		{"an unknown command's command", []string{"data", "exprt"}, 2, "`espalier data --help`"},
		{"images for a graph", []string{"data", "show", "digits"}, 2, "there are actor"},
		{"an unknown graph format", []string{"data", "show", "cora", "--format", "gml"}, 2, "graph format"},
		{"a graph file that is not there", []string{"data", "show", folder, "--format", "csv"}, 1, "read " + folder + " as csv"},
		{"a file in no folder", []string{"data", "export", "cora", "-o", filepath.Join(folder, "no", "a.graphml")}, 1, "there is no folder " + filepath.Join(folder, "no")},
		{"a port that is none", []string{"lab", "--port", "99999"}, 2, "from 1 to 65535"},
		{"a folder for the lab that is none", []string{"lab", "--folder", file}, 2, "there is no such folder"},
		{"a peer that is not there", []string{"bench", "sgemm/tile", "--peer", "no-such-program"}, 2, "no-such-program"},
		{"no notebook", []string{"notebook", "run", filepath.Join(folder, "none.ipynb")}, 2, "none.ipynb"},
		{"a kernel outside a checkout", []string{"notebook", "install"}, 3, "checkout"},
	} {
		got := espalier(t, c.arguments...)
		if got.status != c.status {
			t.Errorf("%s: status %d, want %d: %s", c.name, got.status, c.status, got.err)
		}
		if got.out != "" {
			t.Errorf("%s: standard output has %q", c.name, got.out)
		}
		if !strings.Contains(got.err, c.want) || strings.Count(got.err, "\n") != 1 || strings.Contains(got.err, "goroutine") {
			t.Errorf("%s: standard error has %q, want one line with %q", c.name, got.err, c.want)
		}
	}
}
