package data

import (
	"math"
	"slices"
	"testing"
	"testing/quick"

	"espalier/seed"
)

// inPixels paints an image on a canvas that does not normalise, and gives it in pixels.
func (k canvas) inPixels(pixels []uint8, t transform) []float64 {
	painted := make([]float32, k.size())
	k.paint(painted, pixels, t)
	values := make([]float64, len(painted))
	for i, value := range painted {
		values[i] = float64(value) * float64(k.Maximum)
	}
	return values
}

func near(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) < 1e-4 })
}

var square = newCanvas(Description{Height: 3, Width: 3, Channels: 1, Maximum: 255}, Normalisation{})

func TestTransformsByHand(t *testing.T) {
	pixels := []uint8{
		1, 2, 3,
		4, 5, 6,
		7, 8, 9,
	}
	for _, test := range []struct {
		name string
		transform
		want []float64
	}{
		{"nothing", transform{}, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}},
		{"flip", transform{mirrored: true}, []float64{3, 2, 1, 6, 5, 4, 9, 8, 7}},
		{"window one down", transform{down: 1}, []float64{4, 5, 6, 7, 8, 9, 0, 0, 0}},
		{"window up and left", transform{down: -1, right: -1}, []float64{0, 0, 0, 0, 1, 2, 0, 4, 5}},
		{"window right, then flip", transform{right: 1, mirrored: true}, []float64{0, 3, 2, 0, 6, 5, 0, 9, 8}},
		{"window below", transform{down: 3}, make([]float64, 9)},
		{"window far to the right", transform{right: 4, mirrored: true}, make([]float64, 9)},
		{"window far to the left", transform{right: -5}, make([]float64, 9)},
		{"quarter turn counter-clockwise", transform{angle: math.Pi / 2}, []float64{3, 6, 9, 2, 5, 8, 1, 4, 7}},
		{"half turn", transform{angle: math.Pi}, []float64{9, 8, 7, 6, 5, 4, 3, 2, 1}},
		{"quarter turn, then window down", transform{angle: math.Pi / 2, down: 1}, []float64{2, 5, 8, 1, 4, 7, 0, 0, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := square.inPixels(pixels, test.transform)
			if !near(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestBilinearByHand(t *testing.T) {
	k := newCanvas(Description{Height: 2, Width: 2, Channels: 1, Maximum: 255}, Normalisation{})
	for _, test := range []struct{ y, x, want float64 }{
		{0, 0, 10}, {1, 1, 40}, {0.25, 0.5, 20}, {0.5, 0, 20}, {-0.5, 0, 5}, {1.25, 1.25, 22.5}, {-1, 0, 0}, {2, 2, 0},
	} {
		painted := make([]float32, 1)
		k.interpolate(painted, []uint8{10, 20, 30, 40}, test.y, test.x)
		if got := float64(painted[0]) * 255; math.Abs(got-test.want) > 1e-5 {
			t.Errorf("at row %g, column %g: %g, want %g", test.y, test.x, got, test.want)
		}
	}
}

// One step after the other, each on a whole image, is the same as all at once.
func TestTransformIsRotationThenWindowThenFlip(t *testing.T) {
	k := newCanvas(Description{Height: 5, Width: 4, Channels: 3, Maximum: 255}, Normalisation{})
	at := func(image []float64, y, x, c int) float64 {
		if !k.contains(y, x) {
			return 0
		}
		return image[(y*k.Width+x)*k.Channels+c]
	}
	property := func(seed seed.Seed) bool {
		pixels := random("pixels", k.size(), 256)
		a := Augmentation{Crop: 2, Flip: true, Rotation: 180}
		all := a.draw(seed, 1, 2)
		turned := k.inPixels(pixels, transform{angle: all.angle})
		want := make([]float64, k.size())
		for n := range want {
			y, x, c := n/k.Channels/k.Width, n/k.Channels%k.Width, n%k.Channels
			if all.mirrored {
				x = k.Width - 1 - x
			}
			want[n] = at(turned, y+all.down, x+all.right, c)
		}
		return near(k.inPixels(pixels, all), want)
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
}

// A rotation so small that it moves nothing goes through the interpolation, and
// ends in the very bytes of the table.
func TestInterpolationAtThePixelsIsExact(t *testing.T) {
	d := Description{Height: 8, Width: 8, Channels: 3, Maximum: 255}
	k := newCanvas(d, Normalisation{Mean: []float32{.4914, .4822, .4465}, Deviation: []float32{.2470, .2435, .2616}})
	pixels := random("pixels", d.size(), 256)
	plain, turned := make([]float32, d.size()), make([]float32, d.size())
	k.paint(plain, pixels, transform{})
	k.paint(turned, pixels, transform{angle: 1e-300})
	if !slices.Equal(plain, turned) {
		t.Error("the interpolated image differs")
	}
}

func TestOutsideIsBlackBeforeNormalisation(t *testing.T) {
	k := newCanvas(Description{Height: 1, Width: 1, Channels: 1, Maximum: 255}, Normalisation{Mean: []float32{0.5}, Deviation: []float32{0.25}})
	painted := make([]float32, 1)
	for _, test := range []transform{{down: 1}, {down: 1, angle: 1}} {
		if k.paint(painted, []uint8{255}, test); painted[0] != -2 {
			t.Errorf("%v: %g, want −mean/deviation = −2", test, painted[0])
		}
	}
}
