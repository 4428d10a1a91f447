package experiments_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"espalier/backend"
	"espalier/experiments"
)

func TestRunKeepsTheOrderOfCellsForAnyNumberOfWorkers(t *testing.T) {
	for _, workers := range []int{0, 1, 3, 20} {
		var cells []experiments.Cell
		for i := range 12 {
			cells = append(cells, experiments.Cell{Desc: desc("m", i), Run: func(context.Context, experiments.Work) (experiments.Outcome, error) {
				time.Sleep(time.Duration(12-i) * time.Millisecond)
				o := outcome()
				o.Measurements[0].Metrics["number"] = experiments.Number(i)
				return o, nil
			}})
		}
		results, err := experiments.Runner{Store: experiments.OpenStore(t.TempDir()), Workers: workers}.Run(t.Context(), cells)
		if err != nil {
			t.Fatal(err)
		}
		for i, result := range results {
			if result.Desc.Seed != cells[i].Desc.Seed || result.Measurements[0].Metrics["number"] != experiments.Number(i) {
				t.Errorf("%d workers: result %d is that of seed %d", workers, i, result.Desc.Seed)
			}
		}
	}
}

func TestCellsRunAfterWhatTheyNeed(t *testing.T) {
	store := experiments.OpenStore(t.TempDir())
	first, second := desc("first", 1), desc("second", 1)
	cells := []experiments.Cell{
		{Desc: first, Run: func(_ context.Context, w experiments.Work) (experiments.Outcome, error) {
			time.Sleep(20 * time.Millisecond)
			return outcome(), os.WriteFile(filepath.Join(w.Folder, "masks"), []byte("here"), 0o644)
		}},
		{Desc: second, Needs: []experiments.Desc{first}, Run: func(_ context.Context, w experiments.Work) (experiments.Outcome, error) {
			if masks, err := os.ReadFile(filepath.Join(w.Needed[0], "masks")); err != nil || string(masks) != "here" {
				return experiments.Outcome{}, fmt.Errorf("the masks are %q, %v", masks, err)
			}
			return outcome(), nil
		}},
	}
	if _, err := (experiments.Runner{Store: store, Workers: 4}).Run(t.Context(), cells); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range [][]experiments.Cell{{cells[1]}, {cells[1], cells[0]}, {cells[0], cells[0]}} {
		if _, err := (experiments.Runner{Store: experiments.OpenStore(t.TempDir())}).Run(t.Context(), wrong); err == nil {
			t.Error("cells in the wrong order, or twice, were run")
		}
	}
}

// Running a finished experiment again takes no time and changes no file.
func TestRunAgainChangesNothing(t *testing.T) {
	folder := t.TempDir()
	notes := filepath.Join(t.TempDir(), "notes")
	var cells []experiments.Cell
	for i := range 60 {
		cells = append(cells, noted(notes, desc("m", i)))
	}
	runner := experiments.Runner{Store: experiments.OpenStore(folder)}
	first, err := runner.Run(t.Context(), cells)
	if err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, folder)
	var again []*experiments.Result
	fastest := time.Hour // of three: other programs may have the processor
	for range 3 {
		start := time.Now()
		if again, err = runner.Run(t.Context(), cells); err != nil {
			t.Fatal(err)
		}
		fastest = min(fastest, time.Since(start))
	}
	if fastest > 200*time.Millisecond {
		t.Errorf("running again took %v", fastest)
	}
	if !reflect.DeepEqual(before, snapshot(t, folder)) {
		t.Error("running again changed files")
	}
	if !reflect.DeepEqual(first, again) {
		t.Error("running again gave other results")
	}
	if n := lines(t, notes); n != 60 {
		t.Errorf("60 cells ran %d times", n)
	}
}

// snapshot has the content and the time of every file below a folder.
func snapshot(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		files[path] = info.ModTime().String()
		if info.Mode().IsRegular() {
			content, err := os.ReadFile(path)
			files[path] += string(content)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Processes that meet on a cell produce one result.
func TestProcessesThatMeetOnACellRunItOnce(t *testing.T) {
	trials := 8
	if testing.Short() {
		trials = 2
	}
	for trial := range trials {
		folder := t.TempDir()
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() {
				if out, err := helperProcess(folder, "briefly").CombinedOutput(); err != nil {
					t.Errorf("trial %d: %v: %s", trial, err, out)
				}
			})
		}
		group.Wait()
		if n := lines(t, filepath.Join(folder, "notes")); n != 1 {
			t.Errorf("trial %d: three processes ran one cell %d times", trial, n)
		}
	}
}

// The lock of a process that was killed is free at once, and the next goes on.
func TestTheLockOfAKilledProcessIsFree(t *testing.T) {
	folder := t.TempDir()
	process := helperProcess(folder, "for ever")
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	notes := filepath.Join(folder, "notes")
	for deadline := time.Now().Add(30 * time.Second); lines(t, notes) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("the process never began")
		}
		time.Sleep(5 * time.Millisecond)
	}
	waiting := make(chan error, 1)
	store := experiments.OpenStore(folder)
	go func() {
		_, err := experiments.Runner{Store: store}.Run(context.Background(), []experiments.Cell{noted(notes, desc("helper", 1))})
		waiting <- err
	}()
	select {
	case err := <-waiting:
		t.Fatalf("a locked cell was run: %v", err)
	case <-time.After(150 * time.Millisecond):
	}
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = process.Wait() // it was killed
	select {
	case err := <-waiting:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the lock of a killed process stayed")
	}
	result, err := store.Result(desc("helper", 1))
	if err != nil {
		t.Fatal(err)
	}
	if result.Provenance.Processes != 2 {
		t.Errorf("%d processes worked on the cell, want 2", result.Provenance.Processes)
	}
}

func helperProcess(folder, work string) *exec.Cmd {
	process := exec.Command(os.Args[0])
	process.Env = append(os.Environ(), helperVariable+"="+folder, "ESPALIER_TEST_WORK="+work)
	return process
}

func TestACancelledRunStopsAndGoesOn(t *testing.T) {
	store := experiments.OpenStore(t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	stopped := experiments.Cell{Desc: desc("slow", 1), Run: func(ctx context.Context, _ experiments.Work) (experiments.Outcome, error) {
		cancel()
		<-ctx.Done()
		return experiments.Outcome{}, fmt.Errorf("stopped at iteration 7: %w", ctx.Err())
	}}
	never := experiments.Cell{Desc: desc("late", 1), Needs: []experiments.Desc{stopped.Desc}, Run: func(context.Context, experiments.Work) (experiments.Outcome, error) {
		t.Error("a cell ran although what it needs was stopped")
		return outcome(), nil
	}}
	_, err := experiments.Runner{Store: store}.Run(ctx, []experiments.Cell{stopped, never})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "0 of 2 cells are finished") {
		t.Errorf("error %v", err)
	}
	if _, err := store.Result(stopped.Desc); !errors.Is(err, experiments.ErrNotFinished) {
		t.Errorf("a stopped cell has a result: %v", err)
	}
	notes := filepath.Join(t.TempDir(), "notes")
	results, err := experiments.Runner{Store: store}.Run(t.Context(), []experiments.Cell{noted(notes, stopped.Desc)})
	if err != nil {
		t.Fatal(err)
	}
	if p := results[0].Provenance; p.Processes != 2 || p.WallSeconds <= 0 {
		t.Errorf("%d processes in %v s, want 2", p.Processes, p.WallSeconds)
	}
}

func TestAFailingCellStopsTheRunAndIsNamed(t *testing.T) {
	cause := errors.New("the disk is on fire")
	for name, run := range map[string]func(context.Context, experiments.Work) (experiments.Outcome, error){
		"the disk is on fire": func(context.Context, experiments.Work) (experiments.Outcome, error) {
			return experiments.Outcome{}, cause
		},
		"internal error: a shape does not fit": func(context.Context, experiments.Work) (experiments.Outcome, error) {
			panic(errors.New("a shape does not fit"))
		},
		"measured nothing": func(context.Context, experiments.Work) (experiments.Outcome, error) {
			return experiments.Outcome{Data: outcome().Data}, nil
		},
		"lacks the data digests": func(context.Context, experiments.Work) (experiments.Outcome, error) {
			return experiments.Outcome{Measurements: outcome().Measurements}, nil
		},
	} {
		store := experiments.OpenStore(t.TempDir())
		cells := []experiments.Cell{
			{Desc: desc("bad", 1), Run: run},
			{Desc: desc("long", 1), Run: func(ctx context.Context, _ experiments.Work) (experiments.Outcome, error) {
				<-ctx.Done()
				return experiments.Outcome{}, ctx.Err()
			}},
		}
		_, err := experiments.Runner{Store: store, Workers: 2}.Run(t.Context(), cells)
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "bad") {
			t.Errorf("%s: error %v", name, err)
		}
		if _, err := store.Result(cells[0].Desc); !errors.Is(err, experiments.ErrNotFinished) {
			t.Errorf("%s: a failed cell has a result", name)
		}
	}
}

func TestAnUnknownBackendIsAnErrorOnlyWhereItIsNeeded(t *testing.T) {
	store := experiments.OpenStore(t.TempDir())
	cells := []experiments.Cell{noted(filepath.Join(t.TempDir(), "notes"), desc("m", 1))}
	var unknown *backend.UnknownError
	if _, err := (experiments.Runner{Store: store, Backend: "abacus"}).Run(t.Context(), cells); !errors.As(err, &unknown) {
		t.Errorf("error %v", err)
	}
	if _, err := (experiments.Runner{Store: store}).Run(t.Context(), cells); err != nil {
		t.Fatal(err)
	}
	if _, err := (experiments.Runner{Store: store, Backend: "abacus"}).Run(t.Context(), cells); err != nil {
		t.Errorf("reading results needed a backend: %v", err)
	}
}
