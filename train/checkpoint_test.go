package train_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"espalier/internal/durable"
	"espalier/nn"
	"espalier/progress"
	"espalier/train"
)

// watcher is a progress.Reporter that tells the test about each step.
type watcher struct {
	started int // tasks
	steps   []int
	step    func(done int)
}

func (w *watcher) Start(string, int) progress.Task { w.started++; return w }
func (w *watcher) End()                            {}
func (w *watcher) Step(done int) {
	w.steps = append(w.steps, done)
	if w.step != nil {
		w.step(done)
	}
}

// warnings collects what is logged.
type warnings struct{ strings.Builder }

func (w *warnings) logger() *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// filesIn lists the names of the files in a folder.
func filesIn(t testing.TB, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	return names
}

// smallJob is over within a blink: a narrow network with batch norm, whose running
// statistics are state too, 30 steps, a checkpoint every 5.
func smallJob(t testing.TB) train.Job {
	t.Helper()
	job := digitsJob(t, train.Options{
		Length: train.Iterations(30), BatchSize: 50, EvaluateEvery: train.Iterations(8), Checkpoint: train.Iterations(5),
		Optimizer: train.SGD{LearningRate: .1, Momentum: .9},
	})
	c := nn.NewComposer("narrow", job.Network.Input)
	x := c.Add("fc1", nn.Linear{Out: 6, NoBias: true}, nn.Input)
	x = c.Add("bn1", nn.BatchNorm{}, x)
	x = c.Add("relu1", nn.ReLU, x)
	c.Add("fc2", nn.Linear{Out: 10}, x)
	var err error
	if job.Network, err = c.Network(); err != nil {
		t.Fatal(err)
	}
	if job.Weights, err = nn.Initialize(job.Network, nn.GlorotNormal, 1); err != nil {
		t.Fatal(err)
	}
	job.Mask = sparse(job.Network, 2)
	job.Snapshots = []train.Length{{}, train.Iterations(12)}
	job.Test = nil
	job.Folder = filepath.Join(t.TempDir(), "runs", "small")
	return job
}

// finish runs a job to its end and returns the name of its result, in which is the
// SHA-256 of the content.
func finish(t testing.TB, job train.Job) string {
	t.Helper()
	if _, err := train.Run(t.Context(), openBackend(t), job); err != nil {
		t.Fatal(err)
	}
	names := filesIn(t, job.Folder)
	if len(names) != 1 || !strings.HasPrefix(names[0], "result-") {
		t.Fatalf("the folder has %v, want the result alone", names)
	}
	return names[0]
}

// interrupt runs a job of 30 steps until a step has been taken.
func interrupt(t testing.TB, job train.Job, step int) {
	t.Helper()
	interruptOf(t, job, step, 30)
}

// interruptOf runs a job until a step of some has been taken.
func interruptOf(t testing.TB, job train.Job, step, of int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	job.Progress = &watcher{step: func(done int) {
		if done == step {
			cancel()
		}
	}}
	_, err := train.Run(ctx, openBackend(t), job)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), fmt.Sprintf("stopped after iteration %d of %d", step, of)) {
		t.Fatalf("error %v, want that it stopped after iteration %d", err, step)
	}
}

func TestInterruptedRunsEndInTheSameBytes(t *testing.T) {
	want := finish(t, smallJob(t))
	for _, stops := range [][]int{{1}, {7}, {8}, {12}, {29}, {3, 4, 20, 21}} {
		job := smallJob(t)
		for _, step := range stops {
			interrupt(t, job, step)
		}
		reporter := &watcher{}
		job.Progress = reporter
		if got := finish(t, job); got != want {
			t.Errorf("stopped after %v: result %s, want %s", stops, got, want)
		}
		if last := stops[len(stops)-1]; reporter.steps[0] != last+1 {
			t.Errorf("stopped after %v: it went on with step %d", stops, reporter.steps[0])
		}
	}
}

func TestFinishedJobIsLeftAlone(t *testing.T) {
	job := smallJob(t)
	first, err := train.Run(t.Context(), openBackend(t), job)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(job.Folder, filesIn(t, job.Folder)[0])
	long := time.Unix(1_000_000_000, 0)
	for _, p := range []string{path, job.Folder} {
		if err := os.Chtimes(p, long, long); err != nil {
			t.Fatal(err)
		}
	}
	reporter := &watcher{}
	job.Progress = reporter
	again, err := train.Run(t.Context(), openBackend(t), job)
	if err != nil {
		t.Fatal(err)
	}
	if reporter.started > 0 {
		t.Error("it was trained again")
	}
	if !again.Weights.Equal(first.Weights) || !again.Best.Equal(first.Best) || !again.Snapshots["12it"].Equal(first.Snapshots["12it"]) {
		t.Error("the result read differs from the one returned")
	}
	if len(again.Snapshots) != 2 || fmt.Sprint(again.History) != fmt.Sprint(first.History) {
		t.Errorf("snapshots %d, history %v, want 2 and %v", len(again.Snapshots), again.History, first.History)
	}
	for _, p := range []string{path, job.Folder} {
		if info, err := os.Stat(p); err != nil || !info.ModTime().Equal(long) {
			t.Errorf("%s was touched: %v", p, err)
		}
	}
}

func TestKeepsSoManyCheckpoints(t *testing.T) {
	for keep, want := range map[int]string{
		0: "step-000000028 step-000000025", // 2
		1: "step-000000028",
		3: "step-000000028 step-000000025 step-000000020",
	} {
		job := smallJob(t)
		job.Options.Keep = keep
		interrupt(t, job, 28)
		var got []string
		for _, name := range slices.Backward(filesIn(t, job.Folder)) {
			got = append(got, name[:len("step-000000028")])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("keep %d: files %v, want %s", keep, got, want)
		}
	}
}

func TestAnotherJobIsRefused(t *testing.T) {
	for difference, change := range map[string]func(*train.Job){
		"optimizer is":    func(j *train.Job) { j.Options.Optimizer = train.SGD{LearningRate: .2, Momentum: .9} },
		`seed is "7"`:     func(j *train.Job) { j.Seed = 8 },
		"mask is":         func(j *train.Job) { j.Mask = sparse(j.Network, 1) },
		"weights is":      func(j *train.Job) { j.Weights, _ = nn.Initialize(j.Network, nn.GlorotNormal, 2) },
		"length is":       func(j *train.Job) { j.Options.Length = train.Iterations(31) },
		"snapshots is":    func(j *train.Job) { j.Snapshots = nil },
		"test is":         func(j *train.Job) { j.Test = j.Validation },
		"projection is":   func(j *train.Job) { j.Options.Projection = clip{} },
		"mask-slots is":   func(j *train.Job) { j.Options.MaskSlots = true },
		"augmentation is": func(j *train.Job) { j.Options.Augmentation.Flip = true },
	} {
		for _, finished := range []bool{false, true} {
			job := smallJob(t)
			if finished {
				finish(t, job)
			} else {
				interrupt(t, job, 7)
			}
			change(&job)
			_, err := train.Run(t.Context(), openBackend(t), job)
			if err == nil || !strings.Contains(err.Error(), "holds another job: its "+difference) {
				t.Errorf("error %v, want that its %s", err, difference)
			}
		}
	}
}

// A change of what the result does not depend on is no other job.
func TestTheSameJobElsewise(t *testing.T) {
	job := smallJob(t)
	want := finish(t, smallJob(t))
	interrupt(t, job, 11)
	job.Options.Workers, job.Options.Keep, job.Options.Checkpoint, job.Name = 3, 5, train.Iterations(1), "another name"
	if got := finish(t, job); got != want {
		t.Errorf("result %s, want %s", got, want)
	}
}

func TestTemporaryFilesOfACrashAreRemoved(t *testing.T) {
	job := smallJob(t)
	interrupt(t, job, 7)
	leftover := filepath.Join(job.Folder, durable.TempPrefix+"step-000000007-123")
	if err := os.WriteFile(leftover, []byte("half of a checkp"), 0o644); err != nil {
		t.Fatal(err)
	}
	finish(t, job) // fails if there is any file beside the result
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	job := smallJob(t)
	job.Folder = filepath.Join(t.TempDir(), "file", "folder")
	if err := os.WriteFile(filepath.Dir(job.Folder), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	reporter := &watcher{}
	job.Progress = reporter
	_, err := train.Run(t.Context(), openBackend(t), job)
	if err == nil || !strings.Contains(err.Error(), "run folder") || !strings.Contains(err.Error(), job.Folder) {
		t.Errorf("error %v", err)
	}
	if reporter.started > 0 {
		t.Error("it began to train before it found out")
	}
}
