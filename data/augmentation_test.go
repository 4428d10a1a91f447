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
		{"window outside", transform{down: 3}, make([]float64, 9)},
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
		if got := k.bilinear([]uint8{10, 20, 30, 40}, test.y, test.x, 0); got != test.want {
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

func TestDrawsAreInRangeAndUniform(t *testing.T) {
	const draws = 20000
	a := Augmentation{Crop: 1, Flip: true, Rotation: 30}
	places, flips := map[[2]int]int{}, 0
	var angles, squares float64
	for index := range draws {
		d := a.draw(5, 0, index)
		places[[2]int{d.down, d.right}]++
		if d.mirrored {
			flips++
		}
		degrees := d.angle * 180 / math.Pi
		if math.Abs(degrees) > 30 {
			t.Fatalf("rotation by %g degrees", degrees)
		}
		angles += degrees
		squares += degrees * degrees
	}
	if len(places) != 9 {
		t.Errorf("%d places of the window, want 9", len(places))
	}
	for place, count := range places {
		if math.Abs(float64(count)-draws/9) > 250 { // 5.6 standard deviations
			t.Errorf("window %v came %d times of %d", place, count, draws)
		}
	}
	if math.Abs(float64(flips)-draws/2) > 400 { // 5.7 standard deviations
		t.Errorf("%d flips of %d", flips, draws)
	}
	// A uniform angle has mean 0 and mean square 30²/3.
	if math.Abs(angles/draws) > 0.7 || math.Abs(squares/draws-300) > 12 {
		t.Errorf("angles have mean %g and mean square %g", angles/draws, squares/draws)
	}
}

func TestDrawsDependOnSeedEpochAndIndexAlone(t *testing.T) {
	whole := Augmentation{Crop: 4, Flip: true, Rotation: 20}
	first := whole.draw(1, 2, 3)
	if whole.draw(1, 2, 3) != first {
		t.Error("the same arguments drew something else")
	}
	for _, other := range []transform{whole.draw(2, 2, 3), whole.draw(1, 3, 3), whole.draw(1, 2, 4)} {
		if other.angle == first.angle {
			t.Error("another seed, epoch or index drew the same angle")
		}
	}
	part := Augmentation{Crop: 4}.draw(1, 2, 3)
	if part.down != first.down || part.right != first.right {
		t.Error("flip and rotation moved the window")
	}
}

func TestAugmentationRefuses(t *testing.T) {
	for _, a := range []Augmentation{{Crop: -1}, {Rotation: -1}, {Rotation: 181}, {Rotation: math.NaN()}} {
		if a.validate() == nil {
			t.Errorf("%+v is accepted", a)
		}
	}
}
