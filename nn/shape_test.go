package nn_test

import (
	"testing"

	"espalier/nn"
)

func TestParseShape(t *testing.T) {
	for text, want := range map[string]nn.Shape{
		"3x32x16": {Channels: 3, Height: 32, Width: 16},
		"1x1x1":   nn.Vector(1),
		"784":     nn.Vector(784),
	} {
		if got, err := nn.ParseShape(text); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"":            `shape "": "" is not a number from 1 to 65536`,
		"3x32":        `shape "3x32": want channels, height and width, as in 3x32x32`,
		"3x0x32":      `shape "3x0x32": "0" is not a number from 1 to 65536`,
		"3x-1x32":     `shape "3x-1x32": "-1" is not a number from 1 to 65536`,
		"3x32x99999":  `shape "3x32x99999": "99999" is not a number from 1 to 65536`,
		"3x32x32x2":   `shape "3x32x32x2": want channels, height and width, as in 3x32x32`,
		"three x 1x1": `shape "three x 1x1": "three " is not a number from 1 to 65536`,
	} {
		if got, err := nn.ParseShape(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, %v, want %s", text, got, err, want)
		}
	}
}

func FuzzParseShape(f *testing.F) {
	for _, text := range []string{"3x32x32", "784", "1x1x5", "x", "3x32x", "0x1x1", "+3x1x1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		shape, err := nn.ParseShape(text)
		if err != nil {
			return
		}
		if shape.Size() < 1 {
			t.Fatalf("%q has size %d", text, shape.Size())
		}
		var again nn.Shape
		if err := again.UnmarshalText([]byte(shape.String())); err != nil || again != shape {
			t.Fatalf("%q is %v, and that is %v, %v", text, shape, again, err)
		}
	})
}
