package data

import (
	"image/color"
	"slices"
	"strings"
	"testing"
)

func TestNewImagesRefuses(t *testing.T) {
	good := Description{Name: "set", Height: 2, Width: 3, Channels: 1, Classes: []string{"a", "b"}}
	tests := []struct {
		name           string
		change         func(*Description)
		pixels, labels []uint8
		want           string
	}{
		{"no height", func(d *Description) { d.Height = 0 }, nil, nil, "0×3×1"},
		{"negative maximum", func(d *Description) { d.Maximum = -1 }, nil, nil, "maximum -1"},
		{"large maximum", func(d *Description) { d.Maximum = 256 }, nil, nil, "maximum 256"},
		{"no classes", func(d *Description) { d.Classes = nil }, nil, nil, "0 classes"},
		{"many classes", func(d *Description) { d.Classes = make([]string, 257) }, nil, nil, "257 classes"},
		{"too few pixels", func(*Description) {}, make([]uint8, 11), make([]uint8, 2), "11 pixels for 2 images of 2×3×1"},
		{"label", func(*Description) {}, make([]uint8, 12), []uint8{1, 2}, "image 1 has label 2"},
		{"bright pixel", func(d *Description) { d.Maximum = 16 }, []uint8{0, 1, 2, 3, 16, 17}, []uint8{0}, "a pixel 17"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := good
			test.change(&d)
			_, err := NewImages(d, test.pixels, test.labels)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), `"set"`) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

func TestImagesAreImmutable(t *testing.T) {
	classes, pixels, labels := []string{"a", "b"}, []uint8{1, 2, 3, 4}, []uint8{1, 0}
	images, err := NewImages(Description{Height: 1, Width: 2, Channels: 1, Classes: classes}, pixels, labels)
	if err != nil {
		t.Fatal(err)
	}
	digest := images.Digest()
	classes[0], pixels[0], labels[0] = "z", 9, 0
	images.Classes()[1] = "z"
	images.AppendPixels(nil, 0)[0] = 9
	if got := images.AppendPixels(nil, 0); !slices.Equal(got, []uint8{1, 2}) {
		t.Errorf("pixels became %v", got)
	}
	if got := images.Classes(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("classes became %v", got)
	}
	if images.Label(0) != 1 || images.computeDigest() != digest {
		t.Error("the images changed")
	}
}

func TestImagesTellTheirShape(t *testing.T) {
	images := sample(t, 7, 4, 5, 3, 2)
	got := []int{images.Len(), images.Height(), images.Width(), images.Channels(), images.Maximum(), len(images.Classes())}
	if want := []int{7, 4, 5, 3, 255, 2}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := images.Counts(); !slices.Equal(got, []int{4, 3}) {
		t.Errorf("counts %v", got)
	}
}

func TestImageIsStretchedToFullBrightness(t *testing.T) {
	grey, err := NewImages(Description{Height: 1, Width: 3, Channels: 1, Maximum: 16, Classes: []string{"a"}}, []uint8{0, 8, 16}, []uint8{0})
	if err != nil {
		t.Fatal(err)
	}
	for x, want := range []uint8{0, 127, 255} {
		if got := grey.Image(0).At(x, 0); got != (color.RGBA{want, want, want, 255}) {
			t.Errorf("pixel %d is %v, want %d", x, got, want)
		}
	}
	colour, err := NewImages(Description{Height: 1, Width: 1, Channels: 3, Classes: []string{"a"}}, []uint8{1, 2, 3}, []uint8{0})
	if err != nil {
		t.Fatal(err)
	}
	if got := colour.Image(0).At(0, 0); got != (color.RGBA{1, 2, 3, 255}) {
		t.Errorf("the pixel is %v", got)
	}
}
