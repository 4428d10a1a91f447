package prune_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"testing/quick"

	"espalier/nn"
	"espalier/prune"
)

func TestBinaryFormReadsBack(t *testing.T) {
	network := perceptron(t)
	property := func(s uint64) bool {
		m := drawn(network, s)
		form := must[[]byte](t)(m.MarshalBinary())
		read := must[*prune.Mask](t)(prune.ParseMask(form))
		return read.Equal(m) && read.Count() == m.Count() && read.Fits(network) == nil &&
			m.Digest() == hex.EncodeToString(form[len(form)-sha256.Size:])
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 50}); err != nil {
		t.Error(err)
	}
	if read := must[*prune.Mask](t)(prune.ParseMask(must[[]byte](t)(new(prune.Mask).MarshalBinary()))); read.Size() != 0 {
		t.Error("the empty mask did not read back")
	}
}

// The form is frozen: masks of old runs must stay readable.
func TestBinaryFormIsFrozen(t *testing.T) {
	const want = "b9901bc539e673d0cb49909303797cb88b3d02f803a8497e12dc9944ac6dea63"
	editor := prune.Ones(perceptron(t)).Edit()
	editor.Set("fc1.weight", 0, false)
	editor.Set("fc2.weight", 29, false)
	if got := editor.Mask().Digest(); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

func TestEveryDamagedByteIsFound(t *testing.T) {
	form := must[[]byte](t)(drawn(perceptron(t), 3).MarshalBinary())
	for i := range form {
		damaged := bytes.Clone(form)
		damaged[i] ^= 0x10
		if _, err := prune.ParseMask(damaged); err == nil {
			t.Errorf("byte %d changed, and nobody noticed", i)
		}
		if _, err := prune.ParseMask(form[:i]); err == nil {
			t.Errorf("cut off after %d bytes, and nobody noticed", i)
		}
	}
	if _, err := prune.ParseMask(append(bytes.Clone(form), 0)); err == nil {
		t.Error("a byte more, and nobody noticed")
	}
}

// signed puts the digest behind a body, so that the reader comes to look at it.
func signed(body string) []byte {
	digest := sha256.Sum256([]byte(body))
	return append([]byte(body), digest[:]...)
}

func TestReaderNamesWhatIsWrong(t *testing.T) {
	const one = "ESPMASK1\x01\x00\x00\x00"
	for name, test := range map[string]struct{ body, want string }{
		"magic":           {"ESPMASK2\x00\x00\x00\x00", "begins with"},
		"fewer":           {one, "the length of a name needs 2 bytes"},
		"name":            {one + "\x05\x00abc", "a name needs 5 bytes, 3 are left"},
		"no name":         {one + "\x00\x00\x01\x01\x00\x00\x00", "has no name"},
		"no axes":         {one + "\x01\x00a\x00", "a has no axes"},
		"empty axis":      {one + "\x01\x00a\x01\x00\x00\x00\x00", "a has shape"},
		"huge axis":       {one + "\x01\x00a\x01\xff\xff\xff\xff", "more than the file can hold"},
		"huge product":    {one + "\x01\x00a\x03\xff\x00\x00\x00\xff\x00\x00\x00\xff\x00\x00\x00", "more than the file can hold"},
		"bits":            {one + "\x01\x00a\x01\x03\x00\x00\x00\x01", "the bits of a needs 8 bytes, 1 are left"},
		"padding":         {one + "\x01\x00a\x01\x03\x00\x00\x00\x0f\x00\x00\x00\x00\x00\x00\x00", "beyond its 3 weights"},
		"left over":       {"ESPMASK1\x00\x00\x00\x00abc", "3 bytes are left over"},
		"twice":           {"ESPMASK1\x02\x00\x00\x00" + strings.Repeat("\x01\x00a\x01\x03\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00", 2), "comes twice"},
		"many parameters": {"ESPMASK1\xff\xff\xff\xff", "the length of a name"},
	} {
		_, err := prune.ParseMask(signed(test.body))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, test.want)
		}
	}
}

// What could not be read is not written.
func TestWriterRefusesWhatHasNoForm(t *testing.T) {
	for name, p := range map[string]nn.Parameter{
		"no name":    {Shape: []int{3}},
		"long name":  {Name: strings.Repeat("a", 1<<16), Shape: []int{3}},
		"no axes":    {Name: "a"},
		"many axes":  {Name: "a", Shape: slices.Repeat([]int{1}, 256)},
		"empty axis": {Name: "a", Shape: []int{3, 0}},
	} {
		if form, err := prune.OnesOf([]nn.Parameter{p}).MarshalBinary(); err == nil || !strings.Contains(err.Error(), "has no binary form") {
			t.Errorf("%s: a form of %d bytes, error %v", name, len(form), err)
		}
	}
}

func TestFailedReadLeavesTheMask(t *testing.T) {
	m := drawn(perceptron(t), 4)
	digest := m.Digest()
	if err := m.UnmarshalBinary([]byte("ESPMASK1")); err == nil {
		t.Fatal("no error")
	}
	if m.Digest() != digest {
		t.Error("the mask changed")
	}
}

// What is read has one form only: the one it was read from.
func FuzzParseMask(f *testing.F) {
	for s := range uint64(3) {
		form := must[[]byte](f)(drawn(perceptron(f), s).MarshalBinary())
		f.Add(form[:len(form)-sha256.Size])
	}
	f.Add([]byte("ESPMASK1\x01\x00\x00\x00\x01\x00a\x01\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = prune.ParseMask(body) // must not panic
		form := signed(string(body))
		m, err := prune.ParseMask(form)
		if err != nil {
			return
		}
		if again := must[[]byte](t)(m.MarshalBinary()); !bytes.Equal(again, form) {
			t.Errorf("%x was read, but writes %x", form, again)
		}
	})
}
