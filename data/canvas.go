package data

import "math"

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
	switch {
	case t == transform{}:
		k.normalise(to, pixels, k.Channels)
	case t.angle == 0:
		k.shift(to, pixels, t)
	default:
		k.rotate(to, pixels, t)
	}
}

// normalise looks up consecutive pixels. Each goes step values after the one before
// it, where a negative step begins at the last.
func (k canvas) normalise(to []float32, pixels []uint8, step int) {
	for c := range k.Channels {
		table := &k.table[c]
		at := c
		if step < 0 {
			at = len(to) - k.Channels + c
		}
		for from := c; from < len(pixels); from += k.Channels {
			to[at] = table[pixels[from]]
			at += step
		}
	}
}

// shift paints what does not need interpolation, row by row: black, what the window
// shows of the image, and black again.
func (k canvas) shift(to []float32, pixels []uint8, t transform) {
	first, last := min(max(0, -t.right), k.Width), max(min(k.Width, k.Width-t.right), 0)
	start, end, step := first, last, k.Channels
	if t.mirrored {
		start, end, step = k.Width-last, k.Width-first, -k.Channels
	}
	line := k.Width * k.Channels
	for y := range k.Height {
		row := to[y*line : (y+1)*line]
		if y+t.down < 0 || y+t.down >= k.Height || first >= last {
			k.blank(row)
			continue
		}
		k.blank(row[:start*k.Channels])
		k.blank(row[end*k.Channels:])
		from := pixels[(y+t.down)*line : (y+t.down+1)*line]
		k.normalise(row[start*k.Channels:end*k.Channels], from[(first+t.right)*k.Channels:(last+t.right)*k.Channels], step)
	}
}

// rotate finds for every place where in the image it comes from.
func (k canvas) rotate(to []float32, pixels []uint8, t transform) {
	sine, cosine := math.Sincos(t.angle)
	centreY, centreX := float64(k.Height-1)/2, float64(k.Width-1)/2
	for y := range k.Height {
		for x := range k.Width {
			place := to[(y*k.Width+x)*k.Channels:][:k.Channels]
			row, column := y+t.down, x+t.right
			if t.mirrored {
				column = k.Width - 1 - x + t.right
			}
			if !k.contains(row, column) {
				k.blank(place)
				continue
			}
			down, right := float64(row)-centreY, float64(column)-centreX
			k.interpolate(place, pixels, sine*right+cosine*down+centreY, cosine*right-sine*down+centreX)
		}
	}
}

// interpolate weighs the four pixels around a place; those outside are black.
func (k canvas) interpolate(to []float32, pixels []uint8, y, x float64) {
	top, left := math.Floor(y), math.Floor(x)
	below, beside := y-top, x-left
	row, column := int(top), int(left)
	var around [4][]uint8
	var weights [4]float64
	for corner := range around {
		cornerY, cornerX := corner/2, corner%2
		if k.contains(row+cornerY, column+cornerX) {
			around[corner] = pixels[((row+cornerY)*k.Width+column+cornerX)*k.Channels:][:k.Channels]
			weights[corner] = share(below, cornerY) * share(beside, cornerX)
		}
	}
	for c := range to {
		var value float64
		for corner, pixel := range around {
			if pixel != nil {
				value += weights[corner] * float64(pixel[c])
			}
		}
		to[c] = k.normalisation.normalise(value, k.Maximum, c)
	}
}

// share is the weight of the near (0) or the far (1) neighbour.
func share(fraction float64, neighbour int) float64 {
	if neighbour == 0 {
		return 1 - fraction
	}
	return fraction
}

func (k canvas) contains(y, x int) bool {
	return y >= 0 && y < k.Height && x >= 0 && x < k.Width
}

// blank paints black pixels.
func (k canvas) blank(to []float32) {
	for c := range k.Channels {
		black := k.table[c][0]
		for at := c; at < len(to); at += k.Channels {
			to[at] = black
		}
	}
}
