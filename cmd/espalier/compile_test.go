package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"espalier/experiments"
	"espalier/lth"
)

// The network of a timed cell is shown as it was timed: nothing is measured again.
func TestShowCompilesATimedCell(t *testing.T) {
	if testing.Short() {
		t.Skip("not training and timing tickets, which takes seconds: -short is set")
	}
	cache, folder := t.TempDir(), t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	run := []string{
		"run", "lth/structural", "--seeds", "1", "--set", "methods=tickets,refill", "--set", "width=0.5", "--set", "levels=1", "--set", "length=20it",
		"--set", "rewind=0it", "--set", "validation=100", "--set", "evaluate-every=20it", "--set", "timed-batch=16",
	}
	if got := inFolder(t, folder, run...); got.status != 0 || got.err != "" {
		t.Fatalf("status %d: %s", got.status, got.err)
	}
	file := filepath.Join(cache, "espalier", "sparse-tuning.json")
	measured := contentOf(t, file)
	results, err := experiments.OpenStore(filepath.Join(folder, "runs")).Results()
	if err != nil {
		t.Fatal(err)
	}
	refill, err := experiments.FirstOf(results, lth.Refill.Name)
	if err != nil {
		t.Fatal(err)
	}
	digest := refill.Desc.Digest()[:12]
	got := inFolder(t, folder, "show", digest, "--compile")
	if got.status != 0 || !strings.HasPrefix(got.out, "path ") || !strings.Contains(got.out, ", batch 16; ") || !strings.Contains(got.out, "ms a batch\n") {
		t.Errorf("status %d: %s%s", got.status, got.out, got.err)
	}
	if shown := objects(t, inFolder(t, folder, "show", digest, "--compile", "--json").out); len(shown) != 1 || shown[0]["batch"] != 16.0 || len(shown[0]["milliseconds"].(map[string]any)) < 2 {
		t.Errorf("as JSON: %v", shown)
	}
	if again := contentOf(t, file); string(again) != string(measured) {
		t.Error("what was timed in the run was measured again")
	}
	if got := inFolder(t, folder, "show", digest, "--compile", "--batch", "4", "--workers", "1"); got.status != 0 || !strings.Contains(got.out, ", batch 4; ") {
		t.Errorf("status %d: %s%s", got.status, got.out, got.err)
	}
	for want, arguments := range map[string][]string{
		"name a cell by its digest": {"show", "lth/structural", "--compile"},
		"has no level 9":            {"show", digest, "--compile", "--level", "9"},
	} {
		if got := inFolder(t, folder, arguments...); got.status != 2 || !strings.Contains(got.err, want) || strings.Count(got.err, "\n") != 1 {
			t.Errorf("%v: status %d: %s", arguments, got.status, got.err)
		}
	}
	// A run whose measurements cannot be kept goes on, and says so.
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := inFolder(t, folder, run...); got.status != 0 || !strings.Contains(got.err, "earlier measurements for the inference of pruned networks are not used") {
		t.Errorf("status %d: %s", got.status, got.err)
	}
}

// Without a place for measurements a network is compiled all the same, with a warning.
func TestCompileWithoutACacheFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CACHE_HOME", filepath.Join(file, "below"))
	got := espalier(t, "network", "lenet-digits", "--compile", "--batch", "1", "--workers", "1")
	if got.status != 0 || !strings.HasPrefix(got.out, "path ") || !strings.HasPrefix(got.err, "espalier: warning: ") || !strings.Contains(got.err, "measurements for the inference") {
		t.Errorf("status %d: %s%s", got.status, got.out, got.err)
	}
}
