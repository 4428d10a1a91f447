package data

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// Digest is the SHA-256, in hexadecimal, of what the images are: first the number
// of images, height, width, channels, maximum and number of classes, each as eight
// bytes with the lowest first; then all pixels, then one byte for each label. The
// order of the images matters, their name does not.
func (d *Images) Digest() string { return d.digest() }

func (d *Images) computeDigest() string {
	digest := sha256.New()
	var header []byte
	for _, n := range []int{d.Len(), d.Height(), d.Width(), d.Channels(), d.Maximum(), len(d.description.Classes)} {
		header = binary.LittleEndian.AppendUint64(header, uint64(n))
	}
	digest.Write(header)
	labels := make([]byte, d.Len())
	for i := range d.Len() {
		digest.Write(d.at(i))
		labels[i] = byte(d.Label(i))
	}
	digest.Write(labels)
	return hex.EncodeToString(digest.Sum(nil))
}
