package train_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"espalier/internal/durable"
	"espalier/train"
)

// Every call that changes something on the disk fails in turn. The run tells the
// error or needs no more than a warning; nothing half-written stays that a reader
// would take for a checkpoint; and the run goes on to the same bytes.
func TestEveryWriteFailsInTurn(t *testing.T) {
	want := finish(t, smallJob(t))
	failed := 0
	for at := 0; ; at++ {
		job := smallJob(t)
		var log warnings
		job.Log = log.logger()
		faulty := &durable.Faulty{FS: durable.OS{}, At: at}
		session := train.NewSession(openBackend(t))
		session.SetFiles(faulty)
		_, err := session.Run(t.Context(), job)
		session.Close()
		if faulty.Calls() <= at {
			if err != nil {
				t.Fatalf("no fault, but %v", err)
			}
			break
		}
		if err != nil {
			failed++
			if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), job.Folder) {
				t.Errorf("fault %d: error %v", at, err)
			}
		} else if !strings.Contains(log.String(), "a file that is not needed stays") {
			t.Errorf("fault %d was not told", at)
		}
		after := &warnings{}
		job.Log = after.logger()
		if got := finish(t, job); got != want {
			t.Errorf("fault %d: result %s, want %s", at, got, want)
		}
		if after.Len() > 0 {
			t.Errorf("fault %d left something damaged: %s", at, after)
		}
	}
	// Folder, probe, and for each of 5 checkpoints and the result five calls.
	if failed < 2+5*6 {
		t.Errorf("%d faults stopped the run, want at least %d", failed, 2+5*6)
	}
}

// flipping is a file system on which one bit of each file that is read is wrong.
type flipping struct {
	durable.FS
	bit int
}

func (f flipping) ReadFile(path string) ([]byte, error) {
	content, err := f.FS.ReadFile(path)
	if err == nil {
		content[f.bit/8] ^= 1 << (f.bit % 8)
	}
	return content, err
}

// memory serves one file.
type memory struct {
	durable.FS
	content []byte
}

func (m memory) ReadFile(string) ([]byte, error) { return append([]byte(nil), m.content...), nil }

func TestEverySingleFlippedBitIsFound(t *testing.T) {
	job := smallJob(t)
	interrupt(t, job, 7)
	name := filesIn(t, job.Folder)[0]
	content, err := os.ReadFile(filepath.Join(job.Folder, name))
	if err != nil {
		t.Fatal(err)
	}
	session := train.NewSession(openBackend(t))
	defer session.Close()
	read, err := session.StoredReader(job, name)
	if err != nil {
		t.Fatal(err)
	}
	if err := read(memory{content: content}); err != nil {
		t.Fatalf("undamaged, but %v", err)
	}
	for bit := range 8 * len(content) {
		if read(flipping{memory{content: content}, bit}) == nil {
			t.Fatalf("bit %d of %d is wrong and was not found", bit, 8*len(content))
		}
	}
	for _, length := range []int{0, 1, 8, len(content) / 2, len(content) - 1} {
		if read(memory{content: content[:length]}) == nil {
			t.Errorf("cut to %d bytes and not found", length)
		}
	}
}

// The newest checkpoint is damaged, or both, or the result: the one before it is
// used, with a warning, and the run ends in the same bytes.
func TestDamagedFilesArePassedOver(t *testing.T) {
	want := finish(t, smallJob(t))
	for _, test := range []struct {
		damage    []string // prefixes of files
		finished  bool
		firstStep int // of the run that goes on
	}{
		{[]string{"step-000000013"}, false, 11},
		{[]string{"step-000000013", "step-000000010"}, false, 1},
		{[]string{"step-000000010"}, false, 14},
		{[]string{"result"}, true, 1},
	} {
		job := smallJob(t)
		if test.finished {
			finish(t, job)
		} else {
			interrupt(t, job, 13)
		}
		for _, name := range filesIn(t, job.Folder) {
			for _, prefix := range test.damage {
				if strings.HasPrefix(name, prefix) {
					damage(t, filepath.Join(job.Folder, name))
				}
			}
		}
		var log warnings
		reporter := &watcher{}
		job.Log, job.Progress = log.logger(), reporter
		if got := finish(t, job); got != want {
			t.Errorf("%v damaged: result %s, want %s", test.damage, got, want)
		}
		if reporter.steps[0] != test.firstStep {
			t.Errorf("%v damaged: it went on with step %d, want %d", test.damage, reporter.steps[0], test.firstStep)
		}
		// A damaged file behind a good one is never looked at.
		if noticed := strings.Count(log.String(), "a damaged file is passed over"); noticed != len(test.damage) && test.firstStep != 14 {
			t.Errorf("%v damaged: %d warnings: %s", test.damage, noticed, log.String())
		}
	}
}

// damage changes one bit of a file.
func damage(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/3] ^= 4
	if err := os.WriteFile(path, content, fs.FileMode(0o644)); err != nil {
		t.Fatal(err)
	}
}

// Whatever is in a file whose digest is right, reading it is an error or not, but
// no panic.
func FuzzReadState(f *testing.F) {
	job := smallJob(f)
	interrupt(f, job, 7)
	content, err := os.ReadFile(filepath.Join(job.Folder, filesIn(f, job.Folder)[0]))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := train.DecodeState(content, job); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}
