package data

import (
	"fmt"
	"math"

	"espalier/seed"
)

// Augmentation changes every image a little, anew in each epoch. The zero value
// changes nothing. In this order, on the pixels before they are normalised:
//
//   - Rotation turns the image about its centre by an angle uniform in
//     [−Rotation, Rotation] degrees, between pixels by bilinear interpolation.
//   - Crop pads the image by so many pixels on each side and cuts a window of the
//     original size at a random place.
//   - Flip mirrors the image left to right in one of two cases.
//
// What comes in from outside is a pixel of value 0, as in torchvision's transforms
// of images, so after normalisation it is −Mean/Deviation and not 0.
//
// What happens to an image is a pure function of the seed, the epoch and the index
// of the image in its set; each of the three has a random stream of its own.
type Augmentation struct {
	Crop     int
	Flip     bool
	Rotation float64
}

func (a Augmentation) validate() error {
	if a.Crop < 0 {
		return fmt.Errorf("augmentation crops with a padding of %d pixels; it must not be negative", a.Crop)
	}
	if !(a.Rotation >= 0 && a.Rotation <= 180) {
		return fmt.Errorf("augmentation rotates by %g degrees; it must be in 0..180", a.Rotation)
	}
	return nil
}

// transform is what happens to one image in one epoch.
type transform struct {
	down, right int // where the window begins in the image that is not padded
	mirrored    bool
	angle       float64 // counter-clockwise, in radians
}

func (a Augmentation) draw(s seed.Seed, epoch, index int) transform {
	var t transform
	if a.Rotation > 0 {
		t.angle = (2*s.Stream("rotation", epoch, index).Float64() - 1) * a.Rotation * math.Pi / 180
	}
	if a.Crop > 0 {
		place := s.Stream("crop", epoch, index)
		t.down = place.IntN(2*a.Crop+1) - a.Crop
		t.right = place.IntN(2*a.Crop+1) - a.Crop
	}
	if a.Flip {
		t.mirrored = s.Stream("flip", epoch, index).IntN(2) == 1
	}
	return t
}

// canvas turns the pixels of images of one kind into normalised values.
type canvas struct {
	Description
	normalisation Normalisation
	table         [][math.MaxUint8 + 1]float32 // by channel and pixel
}

func newCanvas(d Description, n Normalisation) canvas {
	return canvas{Description: d, normalisation: n, table: n.table(d.Maximum, d.Channels)}
}

// paint writes the transformed and normalised image; both slices hold one image.
func (k canvas) paint(to []float32, pixels []uint8, t transform) {
	if t == (transform{}) {
		for at, pixel := range pixels {
			to[at] = k.table[at%k.Channels][pixel]
		}
		return
	}
	sample := k.shifted(pixels)
	if t.angle != 0 {
		sample = k.rotated(pixels, t.angle)
	}
	for y := range k.Height {
		for x := range k.Width {
			column := x
			if t.mirrored {
				column = k.Width - 1 - x
			}
			at := (y*k.Width + x) * k.Channels
			sample(to[at:at+k.Channels], y+t.down, column+t.right)
		}
	}
}

// sampler writes the channels of one place, which may lie outside the image.
type sampler func(to []float32, y, x int)

func (k canvas) shifted(pixels []uint8) sampler {
	return func(to []float32, y, x int) {
		if !k.contains(y, x) {
			k.blank(to)
			return
		}
		at := (y*k.Width + x) * k.Channels
		for c := range to {
			to[c] = k.table[c][pixels[at+c]]
		}
	}
}

func (k canvas) rotated(pixels []uint8, angle float64) sampler {
	sine, cosine := math.Sincos(angle)
	centreY, centreX := float64(k.Height-1)/2, float64(k.Width-1)/2
	return func(to []float32, y, x int) {
		if !k.contains(y, x) {
			k.blank(to)
			return
		}
		down, right := float64(y)-centreY, float64(x)-centreX
		fromY := sine*right + cosine*down + centreY
		fromX := cosine*right - sine*down + centreX
		for c := range to {
			to[c] = k.normalisation.normalise(k.bilinear(pixels, fromY, fromX, c), k.Maximum, c)
		}
	}
}

// bilinear weighs the four pixels around a place.
func (k canvas) bilinear(pixels []uint8, y, x float64, channel int) float64 {
	top, left := math.Floor(y), math.Floor(x)
	below, beside := y-top, x-left
	pixel := func(y, x int) float64 {
		if !k.contains(y, x) {
			return 0
		}
		return float64(pixels[(y*k.Width+x)*k.Channels+channel])
	}
	row, column := int(top), int(left)
	return (1-below)*((1-beside)*pixel(row, column)+beside*pixel(row, column+1)) +
		below*((1-beside)*pixel(row+1, column)+beside*pixel(row+1, column+1))
}

func (k canvas) contains(y, x int) bool {
	return y >= 0 && y < k.Height && x >= 0 && x < k.Width
}

func (k canvas) blank(to []float32) {
	for c := range to {
		to[c] = k.table[c][0]
	}
}
