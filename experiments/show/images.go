package show

import (
	"bytes"
	"image"
	"image/color"
	"image/png"

	"github.com/janpfeifer/gonb/gonbui/protocol"
	"golang.org/x/image/draw"

	"espalier/data"
)

// imageSide is the width in pixels that small images are enlarged towards.
const imageSide = 40

// Images displays count images of a set in one row, from the one with index first on, or
// as many as there are. Images less than 40 pixels wide are enlarged by a whole factor.
func Images(set *data.Images, first, count int) {
	first = max(0, first)
	count = max(0, min(count, set.Len()-first))
	factor := max(1, imageSide/set.Width())
	width, height := factor*set.Width(), factor*set.Height()
	const gap = 4
	row := image.NewNRGBA(image.Rect(0, 0, max(1, count*(width+gap)-gap), height))
	for i := range count {
		at := image.Rect(0, 0, width, height).Add(image.Pt(i*(width+gap), 0))
		small := picture(set, first+i)
		draw.NearestNeighbor.Scale(row, at, small, small.Bounds(), draw.Src, nil)
	}
	var encoded bytes.Buffer
	Check(png.Encode(&encoded, row))
	send(map[protocol.MIMEType]any{
		protocol.MIMEImagePNG:  encoded.Bytes(),
		protocol.MIMETextPlain: set.Name(),
	})
}

// picture is one image of a set. Those of one channel are inverted: their digits and
// clothes are bright on black, and on a page dark on white is easier to see.
func picture(set *data.Images, index int) image.Image {
	out := image.NewNRGBA(image.Rect(0, 0, set.Width(), set.Height()))
	pixels := set.AppendPixels(nil, index)
	scale := func(v uint8) uint8 { return uint8(int(v) * 255 / set.Maximum()) }
	for i := range set.Width() * set.Height() {
		var c color.NRGBA
		if set.Channels() == 3 {
			c = color.NRGBA{scale(pixels[3*i]), scale(pixels[3*i+1]), scale(pixels[3*i+2]), 255}
		} else {
			ink := 255 - scale(pixels[i*set.Channels()])
			c = color.NRGBA{ink, ink, ink, 255}
		}
		out.SetNRGBA(i%set.Width(), i/set.Width(), c)
	}
	return out
}
