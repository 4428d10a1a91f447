package experiments_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"espalier/experiments"
)

// timedCell is a cell whose Time adds one to a number and measures it.
func timedCell(method string, times, running *atomic.Int32, t *testing.T) experiments.Cell {
	return experiments.Cell{
		Desc: desc(method, 1),
		Run: func(context.Context, experiments.Work) (experiments.Outcome, error) {
			running.Add(1)
			defer running.Add(-1)
			return outcome(), nil
		},
		Time: func(_ context.Context, w experiments.Work) ([]experiments.Measurement, error) {
			if running.Add(1) != 1 {
				t.Errorf("%s is timed while another cell is at work", method)
			}
			defer running.Add(-1)
			if _, err := os.Stat(filepath.Join(w.Folder, "result.json")); err != nil {
				t.Errorf("%s is timed before it has run: %v", method, err)
			}
			return []experiments.Measurement{{Level: 1, Metrics: experiments.Metrics{
				experiments.Milliseconds: experiments.Number(times.Add(1)),
			}}}, nil
		},
	}
}

func TestCellsAreTimedAloneAndOnce(t *testing.T) {
	var times, running atomic.Int32
	var cells []experiments.Cell
	for _, method := range []string{"a", "b", "c", "d"} {
		cells = append(cells, timedCell(method, &times, &running, t))
	}
	cells = append(cells, noted(filepath.Join(t.TempDir(), "notes"), desc("untimed", 1)))
	runner := experiments.Runner{Store: experiments.OpenStore(t.TempDir()), Workers: 4}
	for range 2 {
		results, err := runner.Run(t.Context(), cells)
		if err != nil {
			t.Fatal(err)
		}
		rows := results[2].Rows()
		if _, timed := rows[0].Metrics[experiments.Milliseconds]; timed {
			t.Error("level 0 has the time of level 1")
		}
		if got := rows[1].Metrics[experiments.Milliseconds]; got != 3 {
			t.Errorf("level 1 took %v ms, want 3", got)
		}
		if rows[1].Metrics[experiments.TestAccuracy] != 0.94 || results[4].Durations != nil {
			t.Error("the durations have displaced the measurements, or belong to another cell")
		}
	}
	if times.Load() != 4 {
		t.Errorf("4 cells were timed %d times", times.Load())
	}
}

// What could not be timed is timed by the next run, and is not run again.
func TestTimingIsTakenUpAgain(t *testing.T) {
	var times, running atomic.Int32
	notes := filepath.Join(t.TempDir(), "notes")
	cell := timedCell("a", &times, &running, t)
	cell.Run = noted(notes, cell.Desc).Run
	broken := cell
	broken.Time = func(context.Context, experiments.Work) ([]experiments.Measurement, error) { panic("no clock") }
	runner := experiments.Runner{Store: experiments.OpenStore(t.TempDir())}
	if _, err := runner.Run(t.Context(), []experiments.Cell{broken}); err == nil {
		t.Fatal("a panic while timing is no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	interrupted := cell
	interrupted.Time = func(ctx context.Context, _ experiments.Work) ([]experiments.Measurement, error) {
		cancel()
		return nil, ctx.Err()
	}
	if _, err := runner.Run(ctx, []experiments.Cell{interrupted}); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	results, err := runner.Run(t.Context(), []experiments.Cell{cell})
	if err != nil || len(results[0].Durations) != 1 {
		t.Fatalf("%+v, %v", results, err)
	}
	if lines(t, notes) != 1 {
		t.Errorf("the cell ran %d times", lines(t, notes))
	}
}

// A damaged file of durations is told by its name.
func TestDamagedDurations(t *testing.T) {
	var times, running atomic.Int32
	cell := timedCell("a", &times, &running, t)
	store := experiments.OpenStore(t.TempDir())
	if _, err := (experiments.Runner{Store: store}).Run(t.Context(), []experiments.Cell{cell}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(store.CellFolder(cell.Desc), "durations.json")
	if err := os.WriteFile(path, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Result(cell.Desc); err == nil || !containsOneLine(err, "durations.json is damaged") {
		t.Errorf("error %v", err)
	}
}
