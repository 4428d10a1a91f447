package data

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"sync"
)

// Images is a set of labelled images of one shape, in memory and immutable.
// Pixels are unsigned bytes from 0 (black) to Maximum, in the order image, row,
// column, channel (NHWC).
//
// An image's index must be in [0, Len()); the methods that take one panic
// otherwise, as indexing a slice does.
type Images struct {
	description Description
	pixels      []uint8 // of all images that were read, shared with the subsets
	labels      []uint8
	rows        []int32 // which of them are in this set, in order; nil means all
	digest      func() string
}

// Description is what all images of a set have in common.
type Description struct {
	Name                    string
	Height, Width, Channels int
	Maximum                 int      // the pixel value of full brightness; 0 means 255
	Classes                 []string // the names of the labels 0, 1, 2...; at most 256
}

// NewImages makes a set of copies of the pixels, of which there are height × width
// × channels for each label, in the order image, row, column, channel.
func NewImages(d Description, pixels, labels []uint8) (*Images, error) {
	return adopt(d, slices.Clone(pixels), slices.Clone(labels))
}

// adopt is NewImages without the copies.
func adopt(d Description, pixels, labels []uint8) (*Images, error) {
	if d.Maximum == 0 {
		d.Maximum = math.MaxUint8
	}
	d.Classes = slices.Clone(d.Classes)
	if err := d.validate(pixels, labels); err != nil {
		return nil, fmt.Errorf("images %q: %w", d.Name, err)
	}
	return newImages(d, pixels, labels, nil), nil
}

func newImages(d Description, pixels, labels []uint8, rows []int32) *Images {
	images := &Images{description: d, pixels: pixels, labels: labels, rows: rows}
	images.digest = sync.OnceValue(images.computeDigest)
	return images
}

func (d Description) validate(pixels, labels []uint8) error {
	switch {
	case d.Height <= 0 || d.Width <= 0 || d.Channels <= 0:
		return fmt.Errorf("shape %d×%d×%d has a side that is not positive", d.Height, d.Width, d.Channels)
	case d.Maximum < 0 || d.Maximum > math.MaxUint8:
		return fmt.Errorf("maximum %d is not in 1..255", d.Maximum)
	case len(d.Classes) == 0 || len(d.Classes) > math.MaxUint8+1:
		return fmt.Errorf("%d classes, not 1..256", len(d.Classes))
	case len(labels) > math.MaxInt32:
		return fmt.Errorf("%d images are too many", len(labels))
	case len(pixels) != len(labels)*d.size():
		return fmt.Errorf("%d pixels for %d images of %d×%d×%d", len(pixels), len(labels), d.Height, d.Width, d.Channels)
	}
	for i, label := range labels {
		if int(label) >= len(d.Classes) {
			return fmt.Errorf("image %d has label %d, but there are %d classes", i, label, len(d.Classes))
		}
	}
	if d.Maximum == math.MaxUint8 {
		return nil
	}
	for i, pixel := range pixels {
		if int(pixel) > d.Maximum {
			return fmt.Errorf("image %d has a pixel %d above the maximum %d", i/d.size(), pixel, d.Maximum)
		}
	}
	return nil
}

// size is the number of values of one image.
func (d Description) size() int { return d.Height * d.Width * d.Channels }

// Name tells the set and the part, as in "mnist/train".
func (d *Images) Name() string { return d.description.Name }

// Len is the number of images.
func (d *Images) Len() int {
	if d.rows != nil {
		return len(d.rows)
	}
	return len(d.labels)
}

// Height is the number of rows of an image.
func (d *Images) Height() int { return d.description.Height }

// Width is the number of columns of an image.
func (d *Images) Width() int { return d.description.Width }

// Channels is 1 for grey images, 3 for red, green and blue.
func (d *Images) Channels() int { return d.description.Channels }

// Maximum is the pixel value of full brightness: 255, but 16 in the digits.
func (d *Images) Maximum() int { return d.description.Maximum }

// Classes returns the names of the labels.
func (d *Images) Classes() []string { return slices.Clone(d.description.Classes) }

// Label is the class of image i.
func (d *Images) Label(i int) int { return int(d.labels[d.row(i)]) }

// AppendPixels appends the height × width × channels pixels of image i.
func (d *Images) AppendPixels(to []uint8, i int) []uint8 { return append(to, d.at(i)...) }

// Counts returns how many images each class has.
func (d *Images) Counts() []int {
	counts := make([]int, len(d.description.Classes))
	for i := range d.Len() {
		counts[d.Label(i)]++
	}
	return counts
}

// Image returns image i for showing, stretched to 0..255. It is grey unless there
// are three channels.
func (d *Images) Image(i int) image.Image {
	shown := image.NewRGBA(image.Rect(0, 0, d.Width(), d.Height()))
	pixels, channels := d.at(i), d.Channels()
	value := func(pixel, channel int) uint8 {
		if channels != 3 {
			channel = 0
		}
		return uint8(int(pixels[pixel*channels+channel]) * math.MaxUint8 / d.Maximum())
	}
	for pixel := range d.Height() * d.Width() {
		shown.SetRGBA(pixel%d.Width(), pixel/d.Width(),
			color.RGBA{R: value(pixel, 0), G: value(pixel, 1), B: value(pixel, 2), A: math.MaxUint8})
	}
	return shown
}

// row is where image i lies in the shared pixels and labels.
func (d *Images) row(i int) int {
	if d.rows != nil {
		return int(d.rows[i])
	}
	return i
}

// at returns the pixels of image i themselves, which nobody may change.
func (d *Images) at(i int) []uint8 {
	size := d.description.size()
	start := d.row(i) * size
	return d.pixels[start : start+size : start+size]
}
