package lth_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"espalier/lth"
	"espalier/progress"
	"espalier/train"
)

// recorder notes which trainings took place, and calls act at each step.
type recorder struct {
	act   func()
	tasks []recorded
}

type recorded struct {
	name  string
	steps int
}

func (r *recorder) Start(name string, steps int) progress.Task {
	r.tasks = append(r.tasks, recorded{name, steps})
	return r
}

func (r *recorder) Step(int) {
	if r.act != nil {
		r.act()
	}
}

func (r *recorder) End() {}

func (r *recorder) steps() []int {
	var steps []int
	for _, task := range r.tasks {
		steps = append(steps, task.steps)
	}
	return steps
}

// A study is cancelled after every so many steps, and resumed until it is finished.
func TestCancelledStudyResumesToTheSameBytes(t *testing.T) {
	want := fingerprints(collect(t, toyStudy(t).Tickets(t.Context())))
	for _, every := range []int{17, 50, 73} {
		study := toyStudy(t)
		study.Folder = filepath.Join(t.TempDir(), "study")
		runs := 0
		for {
			runs++
			levels, err := runCancelled(t, study, every)
			if err == nil {
				if got := fingerprints(levels); !slices.Equal(got, want) {
					t.Errorf("cancelled every %d steps: the tickets differ", every)
				}
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("cancelled every %d steps: %v", every, err)
			}
		}
		if atLeast := 200 / every; runs < atLeast {
			t.Errorf("cancelled every %d steps: finished after %d runs, want %d at least", every, runs, atLeast)
		}
	}
}

func runCancelled(t *testing.T, study lth.Study, after int) ([]lth.Level, error) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	study.Progress = &recorder{act: func() {
		if after--; after == 0 {
			cancel()
		}
	}}
	var levels []lth.Level
	for level, err := range study.Tickets(ctx) {
		if err != nil {
			return nil, err
		}
		levels = append(levels, level)
	}
	return levels, nil
}

func TestFinishedStudyIsReadBack(t *testing.T) {
	study := toyStudy(t)
	study.Folder = t.TempDir()
	run := func() []string {
		tickets := collect(t, study.Tickets(t.Context()))
		controls := collect(t, study.Control(t.Context(), lth.RandomMask, sequence(tickets)))
		return append(fingerprints(tickets), fingerprints(controls)...)
	}
	first, files := run(), listing(t, study.Folder)
	recorder := new(recorder)
	study.Progress = recorder
	if again := run(); !slices.Equal(again, first) {
		t.Error("what was read back differs")
	}
	if len(recorder.tasks) != 0 {
		t.Errorf("a finished study trained again: %v", recorder.tasks)
	}
	if now := listing(t, study.Folder); !slices.Equal(now, files) {
		t.Errorf("files changed from\n%s\nto\n%s", strings.Join(files, "\n"), strings.Join(now, "\n"))
	}
}

// listing has each file's path, size and time of change.
func listing(t *testing.T, folder string) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		files = append(files, path+" "+info.ModTime().String())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestMasksAreWritten(t *testing.T) {
	study := toyStudy(t)
	study.Options.Levels = 1
	study.Folder = t.TempDir()
	for _, level := range collect(t, study.Tickets(t.Context())) {
		folder := filepath.Join(study.Folder, []string{"level-00", "level-01"}[level.Index])
		if mask := must(lth.ReadMask(folder))(t); !mask.Equal(level.Mask) {
			t.Errorf("level %d: another mask was written", level.Index)
		}
	}
	damaged := filepath.Join(study.Folder, "level-01", lth.MaskFile)
	if err := os.WriteFile(damaged, []byte("ESPMASK1"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := lth.ReadMask(filepath.Dir(damaged)); err == nil || !strings.Contains(err.Error(), damaged) {
		t.Errorf("a damaged mask: error %v", err)
	}
	levels := collect(t, study.Tickets(t.Context()))
	if mask := must(lth.ReadMask(filepath.Dir(damaged)))(t); !mask.Equal(levels[1].Mask) {
		t.Error("the damaged mask was not replaced")
	}
}

func TestFolderOfAnotherStudyIsLeftAlone(t *testing.T) {
	study := toyStudy(t)
	study.Options.Levels = 1
	study.Folder = t.TempDir()
	collect(t, study.Tickets(t.Context()))
	files := listing(t, study.Folder)
	for name, change := range map[string]func(*lth.Study){
		"another seed":     func(s *lth.Study) { s.Seed++ },
		"another fraction": func(s *lth.Study) { s.Options.Fraction = 0.3 },
		"another length":   func(s *lth.Study) { s.Options.Training.Length = train.Iterations(51) },
	} {
		other := study
		change(&other)
		var last error
		for _, err := range other.Tickets(t.Context()) {
			last = err
		}
		if last == nil || !strings.Contains(last.Error(), "folder") {
			t.Errorf("%s: error %v", name, last)
		}
	}
	if now := listing(t, study.Folder); !slices.Equal(now, files) {
		t.Error("files changed")
	}
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	study := toyStudy(t)
	study.Folder = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(study.Folder, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, err := range study.Tickets(t.Context()) {
		if err == nil || !strings.Contains(err.Error(), study.Folder) {
			t.Errorf("error %v, want one that names %s", err, study.Folder)
		}
	}
}
