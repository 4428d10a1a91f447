package main_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"espalier/experiments"
	"espalier/nn/export"
	"espalier/nn/weightfile"
)

// trained are the results of a run that takes a moment, and the folder that has them.
func trained(t *testing.T) (folder string, results []*experiments.Result) {
	t.Helper()
	folder = t.TempDir()
	if got := inFolder(t, folder, tiny...); got.status != 0 {
		t.Fatalf("status %d: %s", got.status, got.err)
	}
	results, err := experiments.OpenStore(filepath.Join(folder, "runs")).Results()
	if err != nil {
		t.Fatal(err)
	}
	return folder, results
}

func TestExport(t *testing.T) {
	folder, results := trained(t)
	t.Run("in every format", func(t *testing.T) { exportInEveryFormat(t, folder, results) })
	t.Run("refused", func(t *testing.T) { exportRefused(t, folder, results) })
}

// A result's network is exported in every format, chosen as in other commands.
func exportInEveryFormat(t *testing.T, folder string, results []*experiments.Result) {
	result, err := experiments.FirstOf(results, "random-reinitialization")
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := experiments.OpenStore(filepath.Join(folder, "runs")).Ticket(result.Desc, 1)
	if err != nil {
		t.Fatal(err)
	}
	digest := result.Desc.Digest()
	for _, ending := range export.Endings() {
		file, again := filepath.Join(folder, "a"+ending), filepath.Join(folder, "b"+ending)
		got := inFolder(t, folder, "export", "lth/tickets", "--scale", "smoke", "--set", "method=random-reinitialization", "--set", "seed=1", "--level", "1", "-o", file)
		if got.status != 0 || got.out != "" || !strings.Contains(got.err, "lth/tickets smoke digits random-reinitialization seed 1, level 1, ") {
			t.Errorf("status %d: %s%s", got.status, got.out, got.err)
		}
		if got := inFolder(t, folder, "export", digest[:12], "--level", "1", "-o", again); got.status != 0 {
			t.Errorf("status %d: %s", got.status, got.err)
		}
		content, same := contentOf(t, file), contentOf(t, again)
		if !bytes.Equal(content, same) || !bytes.Contains(content, []byte(digest)) {
			t.Errorf("%s: named by its digest the cell is another file, or the digest is not in it", ending)
		}
		if ending == ".onnx" {
			continue
		}
		written, err := weightfile.Decode(content)
		if err != nil {
			t.Fatal(err)
		}
		if weights, err := written.Weights(ticket.Network); err != nil || !weights.Equal(ticket.Weights) {
			t.Errorf("%s: the file does not have the cell's weights (%v)", ending, err)
		}
	}
	// Of a cell with one level none need be named.
	if got := inFolder(t, folder, "export", "lth/tickets", "--set", "method=dense", "--set", "seed=2", "--shrink", "-o", "dense.onnx"); got.status != 0 {
		t.Errorf("status %d: %s", got.status, got.err)
	}
}

func contentOf(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func exportRefused(t *testing.T, folder string, results []*experiments.Result) {
	digest := results[0].Desc.Digest()
	kept, err := filepath.Glob(filepath.Join(folder, "runs", "cells", "*", "*", "study", "level-01", "result-*.safetensors"))
	if err != nil || len(kept) == 0 {
		t.Fatal(kept, err)
	}
	for _, bad := range []struct {
		arguments []string
		status    int
		want      string
	}{
		{[]string{"export", "lth/tickets", "-o", "x.onnx"}, 2, "there are 6 such results; choose one by --scale or --set: method="},
		{[]string{"export", "lth/tickets", "--set", "method=tickets", "--set", "seed=1", "-o", "x.onnx"}, 2, "has 2 levels; choose one by --level: 0, 1"},
		{[]string{"export", "lth/tickets", "--set", "method=tickets", "--set", "seed=1", "--level", "7", "-o", "x.onnx"}, 2, "has no level 7: there are 0, 1"},
		{[]string{"export", "lth/tickets", "--set", "seed=9", "-o", "x.onnx"}, 3, "run `espalier run lth/tickets --seeds 9` first"},
		{[]string{"export", digest, "--level", "0", "-o", "x.pth"}, 2, "the name must end in one of .npz, .onnx, .safetensors"},
		{[]string{"export", digest, "--scale", "smoke", "-o", "x.onnx"}, 2, "a digest is enough"},
		{[]string{"export", "cgp/tickets", "-o", "x.onnx"}, 2, "cells of cgp/tickets keep what was measured and not the weights of their graph networks"},
		{[]string{"export", "lth/nothing", "-o", "x.onnx"}, 2, "no experiment is called"},
		{[]string{"network", "lenet-digits", "--width", "0.1", "--weights", kept[0], "-o", "x.onnx"}, 1, "`espalier export CELL -o FILE` writes its weights"},
	} {
		got := inFolder(t, folder, bad.arguments...)
		if got.status != bad.status || !strings.Contains(got.err, bad.want) || strings.Count(got.err, "\n") != 1 {
			t.Errorf("%v: status %d: %s, want %d: %s", bad.arguments, got.status, got.err, bad.status, bad.want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "x.*")); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}
