package nn

import (
	"fmt"
	"strconv"
	"strings"
)

// Shape is the shape of one activation without its batch axis. A vector has
// height and width 1.
type Shape struct {
	Height, Width, Channels int
}

// maxSide keeps the products of shapes that people type in far from overflow.
const maxSide = 1 << 16

// Vector is the shape of n features.
func Vector(n int) Shape { return Shape{Height: 1, Width: 1, Channels: n} }

// Size is the number of values of one activation.
func (s Shape) Size() int { return s.Height * s.Width * s.Channels }

// String writes the shape as papers do, channels × height × width as in "3x32x32",
// a vector as its length.
func (s Shape) String() string {
	if s.Height == 1 && s.Width == 1 {
		return strconv.Itoa(s.Channels)
	}
	return fmt.Sprintf("%dx%dx%d", s.Channels, s.Height, s.Width)
}

// ParseShape reads what String writes.
func ParseShape(text string) (Shape, error) {
	words := strings.Split(text, "x")
	if len(words) == 1 {
		words = append(words, "1", "1")
	}
	if len(words) != 3 {
		return Shape{}, fmt.Errorf("shape %q: want channels, height and width, as in 3x32x32", text)
	}
	var sides [3]int
	for i, word := range words {
		side, err := strconv.Atoi(word)
		if err != nil || side < 1 || side > maxSide {
			return Shape{}, fmt.Errorf("shape %q: %q is not a number from 1 to %d", text, word, maxSide)
		}
		sides[i] = side
	}
	return Shape{Channels: sides[0], Height: sides[1], Width: sides[2]}, nil
}

// MarshalText writes what String does.
func (s Shape) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseShape; it makes a Shape a command-line flag.
func (s *Shape) UnmarshalText(text []byte) error {
	shape, err := ParseShape(string(text))
	if err != nil {
		return err
	}
	*s = shape
	return nil
}
