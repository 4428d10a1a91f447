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
// Pixels from outside the image have the value 0, as in torchvision's transforms of
// images, which normalisation turns into −Mean/Deviation, not 0.
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
