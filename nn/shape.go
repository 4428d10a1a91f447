package nn

import "fmt"

// Shape is the shape of one activation without its batch axis. A vector has
// height and width 1.
type Shape struct {
	Height, Width, Channels int
}

// Vector is the shape of n features.
func Vector(n int) Shape { return Shape{Height: 1, Width: 1, Channels: n} }

// Size is the number of values of one activation.
func (s Shape) Size() int { return s.Height * s.Width * s.Channels }

// String writes the shape as height×width×channels, a vector as its length.
func (s Shape) String() string {
	if s.Height == 1 && s.Width == 1 {
		return fmt.Sprint(s.Channels)
	}
	return fmt.Sprintf("%d×%d×%d", s.Height, s.Width, s.Channels)
}
