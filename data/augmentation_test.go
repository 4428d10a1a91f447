package data

import (
	"math"
	"testing"
)

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
