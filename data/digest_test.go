package data

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"testing"
)

// The encoding is frozen: stored results carry these digests.
func TestDigestIsOfTheDocumentedBytes(t *testing.T) {
	d := Description{Height: 1, Width: 2, Channels: 1, Maximum: 16, Classes: []string{"a", "b", "c"}}
	images, err := NewImages(d, []uint8{1, 2, 3, 4}, []uint8{2, 0})
	if err != nil {
		t.Fatal(err)
	}
	var content []byte
	for _, n := range []byte{2, 1, 2, 1, 16, 3} { // images, height, width, channels, maximum, classes
		content = append(content, n, 0, 0, 0, 0, 0, 0, 0)
	}
	content = append(content, 1, 2, 3, 4, 2, 0)
	sum := sha256.Sum256(content)
	if got, want := images.Digest(), hex.EncodeToString(sum[:]); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

func TestDigestSeesOrderAndContentOnly(t *testing.T) {
	images := sample(t, 6, 2, 2, 1, 3)
	all := []int{0, 1, 2, 3, 4, 5}
	same, err := images.Select(all)
	if err != nil {
		t.Fatal(err)
	}
	if same.Name() == images.Name() || same.Digest() != images.Digest() {
		t.Error("a selection of everything has another digest, or not another name")
	}
	slices.Reverse(all)
	reversed, err := images.Select(all)
	if err != nil {
		t.Fatal(err)
	}
	if reversed.Digest() == images.Digest() {
		t.Error("the order of the images does not change the digest")
	}
}
