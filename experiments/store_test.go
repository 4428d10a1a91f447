package experiments_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"espalier/experiments"
	"espalier/internal/durable"
)

// filled is a store with the results of cells.
func filled(t *testing.T, descs ...experiments.Desc) *experiments.Store {
	t.Helper()
	store := experiments.OpenStore(t.TempDir())
	var cells []experiments.Cell
	for _, d := range descs {
		cells = append(cells, noted(filepath.Join(t.TempDir(), "notes"), d))
	}
	if _, err := (experiments.Runner{Store: store}).Run(t.Context(), cells); err != nil {
		t.Fatal(err)
	}
	return store
}

func TestStoreReadsWhatItWrote(t *testing.T) {
	d := desc("tickets", 3)
	d.Options = map[string]string{"levels": "4"}
	store := filled(t, d, desc("dense", 3))
	result, err := store.Result(d)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(result.Desc, d) || !reflect.DeepEqual(result.Measurements, outcome().Measurements) {
		t.Errorf("read %+v", result)
	}
	for _, row := range result.Rows() {
		if err := row.Validate(); err != nil {
			t.Error(err)
		}
	}
	curves, err := store.Curves(d)
	if err != nil || !reflect.DeepEqual(curves, outcome().Curves) {
		t.Errorf("curves %v, %v", curves, err)
	}
	results, err := store.Results()
	if err != nil || len(results) != 2 {
		t.Errorf("%d results, %v", len(results), err)
	}
	found, err := store.Find(d.Digest()[:8])
	if err != nil || !reflect.DeepEqual(found, d) {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestFindNeedsOneCell(t *testing.T) {
	store := filled(t, desc("a", 1), desc("b", 1))
	for prefix, want := range map[string]string{"": "2 cells", "zz": "no cell"} {
		if _, err := store.Find(prefix); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Find(%q): %v", prefix, err)
		}
	}
	if _, err := experiments.OpenStore(filepath.Join(t.TempDir(), "nothing")).Find("ab"); err == nil {
		t.Error("a cell was found in a store that does not exist")
	}
}

func TestDamagedFilesAreReported(t *testing.T) {
	d := desc("tickets", 1)
	for file, content := range map[string]string{
		"result.json":     `{"cell": "`,
		"provenance.json": `[]`,
		"desc.json":       `{"experiment": "lth/other"}`,
	} {
		store := filled(t, d)
		path := filepath.Join(store.CellFolder(d), file)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := store.Results()
		if err == nil || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s damaged: error %v", file, err)
		}
	}
	bare := filled(t, d)
	if err := os.Remove(filepath.Join(bare.CellFolder(d), "provenance.json")); err != nil {
		t.Fatal(err)
	}
	if _, err := bare.Results(); err == nil || !strings.Contains(err.Error(), "provenance.json is missing beside its result: remove the folder") {
		t.Errorf("a result without its provenance: %v", err)
	}
	store := filled(t, d, desc("dense", 1))
	content, err := os.ReadFile(filepath.Join(store.CellFolder(desc("dense", 1)), "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(store.CellFolder(d), "result.json"), content, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Result(d); err == nil || !strings.Contains(err.Error(), "is the result of cell") {
		t.Errorf("another cell's result was taken: %v", err)
	}
}

func TestARunFolderThatCannotBeUsedIsOneClearLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{file, filepath.Join(file, "runs"), "/proc/espalier"} {
		_, err := experiments.Runner{Store: experiments.OpenStore(folder)}.Run(t.Context(),
			[]experiments.Cell{noted(filepath.Join(t.TempDir(), "notes"), desc("m", 1))})
		if err == nil || !strings.Contains(err.Error(), "the run folder "+folder) || !strings.Contains(err.Error(), "--runs") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v", folder, err)
		}
	}
}

// Every call that changes something fails in turn: the error is told, no result is
// there that is not whole, and running again succeeds.
func TestStoreSurvivesEveryFault(t *testing.T) {
	d := desc("m", 1)
	for at := 0; ; at++ {
		if at > 200 {
			t.Fatal("the calls do not end")
		}
		folder := t.TempDir()
		notes := filepath.Join(t.TempDir(), "notes")
		faulty := &durable.Faulty{FS: durable.OS{}, At: at}
		_, err := experiments.Runner{Store: experiments.OpenStoreOn(faulty, folder)}.Run(t.Context(), []experiments.Cell{noted(notes, d)})
		if faulty.Calls() <= at {
			if err != nil {
				t.Fatalf("no fault, but %v", err)
			}
			return
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("fault %d: error %v", at, err)
		}
		healthy := experiments.OpenStore(folder)
		if result, err := healthy.Result(d); err == nil {
			if len(result.Measurements) != 2 || result.Rows()[0].Validate() != nil {
				t.Errorf("fault %d left half a result", at)
			}
		} else if !errors.Is(err, experiments.ErrNotFinished) {
			t.Errorf("fault %d: %v", at, err)
		}
		if _, err := (experiments.Runner{Store: healthy}).Run(t.Context(), []experiments.Cell{noted(notes, d)}); err != nil {
			t.Errorf("fault %d: running again: %v", at, err)
		}
	}
}

func TestSelect(t *testing.T) {
	wide := desc("tickets", 1)
	wide.Options = map[string]string{"width": "2"}
	bench := desc("tickets", 1)
	bench.Scale, bench.Data = experiments.Bench, "mnist"
	store := filled(t, desc("tickets", 1), desc("tickets", 2), desc("dense", 1), wide, bench)
	for _, c := range []struct {
		scale experiments.Scale
		set   map[string]string
		want  int
	}{
		{"", nil, 5},
		{experiments.Smoke, nil, 4},
		{"", map[string]string{"width": "2.0"}, 1},
		{"", map[string]string{"width": "1"}, 4},
		{"", map[string]string{"seed": "1", "method": "tickets"}, 3},
		{"", map[string]string{"data": "mnist,fashion-mnist"}, 1},
		{"", map[string]string{"network": "lenet-digits", "method": "dense"}, 1},
	} {
		results, err := store.Select(experiments.Selection{Experiment: "lth/tickets", Scale: c.scale, Set: c.set})
		if err != nil || len(results) != c.want {
			t.Errorf("%s %v: %d results, %v, want %d", c.scale, c.set, len(results), err, c.want)
		}
	}
	var none *experiments.NoResultsError
	if _, err := store.Select(experiments.Selection{Experiment: "lth/tickets", Scale: experiments.Paper}); !errors.As(err, &none) ||
		!strings.Contains(err.Error(), "espalier run lth/tickets --scale paper") {
		t.Errorf("nothing selected: %v", err)
	}
	for command, set := range map[string]map[string]string{
		"espalier run lth/tickets --set data=mnist --set width=3":                     {"data": "mnist", "width": "3"},
		"espalier run lth/tickets --set methods=dense --seeds 9":                      {"method": "dense", "seed": "9"},
		"espalier run lth/tickets --scale paper --set 'schedule=multistep(80ep;0.1)'": {"scale": "paper", "schedule": "multistep(80ep;0.1)"},
	} {
		_, err := store.Select(experiments.Selection{Experiment: "lth/tickets", Set: set})
		if !errors.As(err, &none) || !strings.Contains(err.Error(), "run `"+command+"` first") {
			t.Errorf("nothing is selected by %v: %v, want the command %s", set, err, command)
		}
	}
	for _, set := range []map[string]string{{"widht": "1"}, {"seed": "x"}, {"width": "0"}, {"method": "tickts"}} {
		if _, err := store.Select(experiments.Selection{Experiment: "lth/tickets", Set: set}); err == nil {
			t.Errorf("%v was taken", set)
		}
	}
}
