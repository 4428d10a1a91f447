package data

import (
	"math"
	"slices"
	"strings"
	"testing"
	"testing/quick"

	"espalier/seed"
)

// numbered makes images whose only pixel is their number.
func numbered(t testing.TB, n, classes int) *Images {
	t.Helper()
	pixels, labels := make([]uint8, n), make([]uint8, n)
	for i := range n {
		pixels[i], labels[i] = uint8(i), uint8(i%classes)
	}
	images, err := NewImages(Description{Name: "numbered", Height: 1, Width: 1, Channels: 1, Classes: make([]string, classes)}, pixels, labels)
	if err != nil {
		t.Fatal(err)
	}
	return images
}

// numbers lists which images of numbered a subset has.
func numbers(images *Images) []int {
	var list []int
	for i := range images.Len() {
		list = append(list, int(images.AppendPixels(nil, i)[0]))
	}
	return list
}

func TestSplitPartsInOrder(t *testing.T) {
	property := func(size, held uint8, s seed.Seed) bool {
		images := numbered(t, int(size), 3)
		held = uint8(int(held) % (int(size) + 1))
		rest, heldOut, err := images.Split(int(held), s)
		if err != nil || heldOut.Len() != int(held) {
			return false
		}
		both := append(numbers(rest), numbers(heldOut)...)
		slices.Sort(both)
		return slices.IsSorted(numbers(rest)) && slices.IsSorted(numbers(heldOut)) && slices.Equal(both, numbers(images))
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
}

func TestSplitFollowsTheSeed(t *testing.T) {
	images := numbered(t, 100, 3)
	split := func(s seed.Seed) []int {
		_, heldOut, err := images.Split(10, s)
		if err != nil {
			t.Fatal(err)
		}
		return numbers(heldOut)
	}
	if !slices.Equal(split(1), split(1)) {
		t.Error("one seed held out different images")
	}
	if slices.Equal(split(1), split(2)) {
		t.Error("two seeds held out the same images")
	}
}

func TestBalancedIsNestedAndEven(t *testing.T) {
	images := numbered(t, 50, 4)
	var smaller []int
	for perClass := range 13 {
		subset, err := images.Balanced(perClass, 3)
		if err != nil {
			t.Fatal(err)
		}
		for class, count := range subset.Counts() {
			if count != perClass {
				t.Errorf("%d images of class %d, want %d", count, class, perClass)
			}
		}
		larger := numbers(subset)
		if !slices.IsSorted(larger) {
			t.Errorf("%v is not in order", larger)
		}
		for _, number := range smaller {
			if !slices.Contains(larger, number) {
				t.Errorf("image %d left when the subset grew to %d a class", number, perClass)
			}
		}
		smaller = larger
	}
}

func TestSelectOfSelect(t *testing.T) {
	images := numbered(t, 10, 2)
	first, err := images.Select([]int{9, 7, 5, 7})
	if err != nil {
		t.Fatal(err)
	}
	second, err := first.Select([]int{3, 0})
	if err != nil {
		t.Fatal(err)
	}
	if got := numbers(second); !slices.Equal(got, []int{7, 9}) {
		t.Errorf("selected %v", got)
	}
	if second.Label(0) != 1 {
		t.Errorf("label %d", second.Label(0))
	}
}

func TestSubsetsRefuse(t *testing.T) {
	images := numbered(t, 10, 4)
	split := func(held int) error { _, _, err := images.Split(held, 0); return err }
	balanced := func(perClass int) error { _, err := images.Balanced(perClass, 0); return err }
	choose := func(i int) error { _, err := images.Select([]int{i}); return err }
	for _, test := range []struct {
		err  error
		want string
	}{
		{split(-1), "hold out -1 of 10"},
		{split(11), "hold out 11 of 10"},
		{balanced(-1), "take -1"},
		{balanced(3), "class 2 () has 2 images, not 3"},
		{balanced(math.MaxInt), "class 0 () has 3 images, not 9223372036854775807"},
		{choose(-1), "no image -1"},
		{choose(10), "no image 10"},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.want) || !strings.Contains(test.err.Error(), "numbered") {
			t.Errorf("error %v, want %q", test.err, test.want)
		}
	}
}

func TestSubsetsSharePixels(t *testing.T) {
	images := sample(t, 100, 100, 100, 1, 10)
	bytes := allocated(func() {
		if _, _, err := images.Split(10, 0); err != nil {
			t.Fatal(err)
		}
	})
	if whole := uint64(len(images.pixels)); bytes > whole/20 {
		t.Errorf("a split of %d bytes of pixels allocated %d", whole, bytes)
	}
}
