package nn_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"espalier/nn"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run go test with -update", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs: run go test with -update and look at what changes; it would be\n%s", path, got)
	}
}

func TestSummaryTables(t *testing.T) {
	for file, table := range map[string]nn.Summary{
		"resnet20.txt": newNetwork(t, "resnet20", nn.ZooOptions{}).Summary(nil),
		"small.txt":    small(t).Summary(mask{"conv1.weight": {10, 72}}),
	} {
		var text bytes.Buffer
		if err := table.WriteTable(&text); err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join("testdata", file), text.Bytes())
	}
}

func TestSummaryAsJSON(t *testing.T) {
	text, err := json.MarshalIndent(small(t).Summary(nil), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("testdata", "small.json"), append(text, '\n'))

	text, err = json.Marshal(newNetwork(t, "resnet20", nn.ZooOptions{}).Summary(nil))
	if err != nil {
		t.Fatal(err)
	}
	var object struct {
		Name, Input      string
		Parameters, MACs int
		Peak             int `json:"peak_activations"`
		Layers           []struct{ Name string }
	}
	if err := json.Unmarshal(text, &object); err != nil {
		t.Fatal(err)
	}
	if object.Name != "resnet20" || object.Input != "3x32x32" || object.Parameters != 269_722 || object.MACs != 40_551_040 ||
		object.Peak != 4*3*16*32*32 || object.Layers[0].Name != "conv1" {
		t.Errorf("got %+v", object)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space") }

func TestWriteTableFails(t *testing.T) {
	err := small(t).Summary(nil).WriteTable(brokenWriter{})
	if err == nil || err.Error() != "write the table of network small: no space" {
		t.Errorf("got %v", err)
	}
}
