package data

import (
	"slices"
	"testing"
)

func TestRealCIFAR100(t *testing.T) {
	expectReal(t, "cifar-100", known{
		trainCounts: slices.Repeat([]int{500}, 100),
		testCounts:  slices.Repeat([]int{100}, 100),
		tolerance:   6e-5,
	})
	expectReal(t, "cifar-100-coarse", known{
		trainCounts: slices.Repeat([]int{2500}, 20),
		testCounts:  slices.Repeat([]int{500}, 20),
		tolerance:   6e-5,
	})
}

func TestCIFAR100HasFineAndCoarseLabels(t *testing.T) {
	folder := t.TempDir()
	writeFiles(t, folder, map[string][]byte{
		"cifar-100-binary/train.bin": cifar(110, 20, 100),
		"cifar-100-binary/test.bin":  cifar(30, 20, 100),
	})
	for name, classes := range map[string]int{"cifar-100": 100, "cifar-100-coarse": 20} {
		d := *imageSet(name)
		d.train, d.test = 110, 30
		set, err := d.openIn(t, folder)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(set.Train.Classes()); got != classes {
			t.Errorf("%s has %d classes", name, got)
		}
		for i := range 110 {
			if got := set.Train.Label(i); got != i%classes {
				t.Errorf("%s: image %d has label %d, want %d", name, i, got, i%classes)
			}
		}
	}
}
