package train_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"espalier/train"
)

var kills = flag.Int("kills", 20, "how often TestKilledRunsEndInTheSameBytes kills a run")

// childFolder is set for a process that is to train the job to be killed.
const childFolder = "ESPALIER_TRAIN_TEST_FOLDER"

func TestMain(m *testing.M) {
	if folder := os.Getenv(childFolder); folder != "" {
		os.Exit(trainInChild(folder))
	}
	flag.Parse()
	os.Exit(m.Run())
}

func trainInChild(folder string) int {
	if err := trainToBeKilled(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// trainToBeKilled takes about a second, and writes a checkpoint every few
// milliseconds of it.
func trainToBeKilled(folder string) error {
	job, err := newDigitsJob(train.Options{
		Length: train.Epochs(12), BatchSize: 50, EvaluateEvery: train.Iterations(50), Checkpoint: train.Iterations(3),
		Optimizer: train.Adam{LearningRate: 1e-3}, Schedule: train.Cosine{},
	})
	if err != nil {
		return err
	}
	b, err := testBackend()
	if err != nil {
		return err
	}
	job.Mask = sparse(job.Network, 0)
	job.Snapshots = []train.Length{{}, train.Epochs(2), train.Epochs(11)}
	job.Folder = folder
	_, err = train.Run(context.Background(), b, job)
	return err
}

// Runs are killed at random instants, some of them several times, and resumed
// until they end; the bytes are those of a run that nobody disturbed.
func TestKilledRunsEndInTheSameBytes(t *testing.T) {
	undisturbed := filepath.Join(t.TempDir(), "undisturbed")
	begin := time.Now()
	if killed := runChild(t, undisturbed, 0); killed {
		t.Fatal("the undisturbed run was killed")
	}
	whole := time.Since(begin)
	want := theResult(t, undisturbed)

	random := rand.New(rand.NewPCG(uint64(*kills), 1))
	done, runs := 0, 0
	for ; done < *kills; runs++ {
		folder := filepath.Join(t.TempDir(), fmt.Sprint("run", runs))
		// Several short lives reach the end of a run as well as its beginning.
		for lives := 1 + random.IntN(5); lives > 0 && done < *kills; lives-- {
			if !runChild(t, folder, time.Duration(random.Float64()*float64(whole)/2)) {
				break
			}
			done++
		}
		if runChild(t, folder, 0) {
			t.Fatal("a run that was to end was killed")
		}
		if got := theResult(t, folder); got != want {
			t.Fatalf("run %d, after %d kills in all: result %s, want %s", runs, done, got, want)
		}
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills in %d runs of %v each, all with the same bytes", done, runs, whole.Round(time.Millisecond))
}

// theResult is the name of the one file in a finished folder.
func theResult(t *testing.T, folder string) string {
	t.Helper()
	names := filesIn(t, folder)
	if len(names) != 1 {
		t.Fatalf("the folder has %v, want the result alone", names)
	}
	return names[0]
}

// runChild trains in a process of its own and kills it after some time, unless that
// is 0; it reports whether the process was killed before it was done.
func runChild(t *testing.T, folder string, after time.Duration) (killed bool) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childFolder+"="+folder)
	child.Stderr = os.Stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if after > 0 {
		timer := time.AfterFunc(after, func() { _ = child.Process.Kill() })
		defer timer.Stop()
	}
	err := child.Wait()
	if err == nil {
		return false
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
			return true
		}
	}
	t.Fatalf("the child failed: %v", err)
	return false
}
