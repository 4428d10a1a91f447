package data

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSetsAreFoundInEveryLayout(t *testing.T) {
	mnist, mnistFiles := smallMNIST(t)
	cifar10, cifarFiles := smallCIFAR10()
	unzipped := map[string][]byte{}
	for name, content := range mnistFiles {
		unzipped[strings.TrimSuffix(name, ".gz")] = unzip(t, content)
	}
	digests := map[string]string{}
	for _, test := range []struct {
		d      *definition
		folder string
		files  map[string][]byte
	}{
		{mnist, "mnist", mnistFiles},
		{mnist, "mnist", unzipped},
		{cifar10, "cifar-10/cifar-10-batches-bin", cifarFiles},
		{cifar10, "cifar-10-batches-bin", cifarFiles},
		{cifar10, "cifar-10", cifarFiles},
	} {
		folder := t.TempDir()
		writeFiles(t, folder, within(test.folder, test.files))
		set, err := test.d.openIn(t, folder)
		if err != nil {
			t.Errorf("%s: %v", test.folder, err)
			continue
		}
		if set.Train.Len() != test.d.train || set.Test.Len() != test.d.test {
			t.Errorf("%s: %d and %d images", test.folder, set.Train.Len(), set.Test.Len())
		}
		if set.Train.Name() != test.d.name+"/train" || set.Test.Name() != test.d.name+"/test" {
			t.Errorf("%s: the parts are called %s and %s", test.folder, set.Train.Name(), set.Test.Name())
		}
		both := set.Train.Digest() + set.Test.Digest()
		if other, ok := digests[test.d.name]; ok && both != other {
			t.Errorf("%s: other images than in another layout", test.folder)
		}
		digests[test.d.name] = both
	}
}

func TestSecondDataFolderIsSearched(t *testing.T) {
	d, files := smallMNIST(t)
	second := t.TempDir()
	writeFiles(t, second, within("mnist", files))
	list := strings.Join([]string{t.TempDir(), filepath.Join(t.TempDir(), "absent"), second}, string(filepath.ListSeparator))
	if _, err := d.openIn(t, list); err != nil {
		t.Error(err)
	}
}

func TestMissingFilesAreNamed(t *testing.T) {
	d, files := smallMNIST(t)
	delete(files, "t10k-labels-idx1-ubyte.gz")
	partly, empty := t.TempDir(), t.TempDir()
	writeFiles(t, partly, within("mnist", files))
	for _, test := range []struct {
		dir, file, folder string
		advice            string
	}{
		{"", "mnist/train-images-idx3-ubyte.gz", "", "no data folder is named"},
		{empty, "mnist/train-images-idx3-ubyte.gz", empty, "is missing in " + empty},
		{partly, "mnist/t10k-labels-idx1-ubyte.gz", partly, "is missing in " + partly},
	} {
		_, err := d.openIn(t, test.dir)
		var missing *MissingError
		if !errors.As(err, &missing) {
			t.Errorf("error %v, want a MissingError", err)
			continue
		}
		if want := (MissingError{Set: "mnist", File: test.file, Folder: test.folder}); *missing != want {
			t.Errorf("%+v, want %+v", *missing, want)
		}
		for _, part := range []string{"mnist", test.file, "espalier data get mnist", "--data", test.advice} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q does not say %q", err, part)
			}
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q is more than a line", err)
		}
	}
}

// A link that leads out of the data folder is not followed.
func TestNothingOutsideIsRead(t *testing.T) {
	d, files := smallMNIST(t)
	outside, inside := t.TempDir(), t.TempDir()
	writeFiles(t, outside, within("mnist", files))
	if err := os.Symlink(filepath.Join(outside, "mnist"), filepath.Join(inside, "mnist")); err != nil {
		t.Skipf("that links out of the data folder are not followed: %v", err)
	}
	if _, err := d.openIn(t, inside); err == nil {
		t.Error("the set was read through a link out of the folder")
	} else if !strings.Contains(err.Error(), "escapes") {
		t.Errorf("error %v", err)
	}
}

func TestFoldersInPlaceOfFilesAreRefused(t *testing.T) {
	d, files := smallMNIST(t)
	folder := t.TempDir()
	delete(files, "train-labels-idx1-ubyte.gz")
	writeFiles(t, folder, within("mnist", files))
	if err := os.Mkdir(filepath.Join(folder, "mnist/train-labels-idx1-ubyte.gz"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := d.openIn(t, folder); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("error %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := d.openIn(t, file); err == nil || !strings.Contains(err.Error(), "data folder "+file) {
		t.Errorf("error %v", err)
	}
}

func TestCancelledContextEndsReading(t *testing.T) {
	d, files := smallMNIST(t)
	folder := t.TempDir()
	writeFiles(t, folder, within("mnist", files))
	p, err := d.locate(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.open(ctx, p); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
