package data

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Report is what Check found.
type Report struct {
	Name  string        `json:"name"`
	Found string        `json:"found"` // "built in" or the folder of the files
	Files []CheckedFile `json:"files"`
	Train int           `json:"train"` // number of images
	Test  int           `json:"test"`
	// The digests of Images, which results carry.
	TrainDigest string `json:"train_digest"`
	TestDigest  string `json:"test_digest"`
}

// CheckedFile is one file of a set and its digest.
type CheckedFile struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Known  bool   `json:"known"` // there is an official digest for it, and it is this one
}

// Check reads a whole set and verifies what Open does not: the digest of each file that
// has an official one, and for CIFAR, whose images may be in another order, the counts
// of the classes and the mean and deviation of the pixels. The error names everything
// that is wrong, with a *DigestError for a file's digest; the report then has what
// could be determined.
func Check(ctx context.Context, name, dir string) (Report, error) {
	d, err := find(name)
	if err != nil {
		return Report{}, err
	}
	p, err := d.locate(dir)
	if err != nil {
		return Report{}, err
	}
	defer p.close()
	return d.verify(ctx, p)
}

func (d *definition) verify(ctx context.Context, p *place) (Report, error) {
	files, wrong := p.checkDigests(ctx, d.source.Files)
	report := Report{Name: d.name, Found: p.where(), Files: files}
	set, err := d.open(ctx, p)
	if err != nil {
		return report, errors.Join(append(wrong, err)...)
	}
	report.Train, report.Test = set.Train.Len(), set.Test.Len()
	report.TrainDigest, report.TestDigest = set.Train.Digest(), set.Test.Digest()
	if d.check != nil {
		wrong = append(wrong, d.check(set))
	}
	return report, errors.Join(wrong...)
}

// checkDigests verifies each file and tells what is wrong with the others.
func (p *place) checkDigests(ctx context.Context, files []File) (right []CheckedFile, wrong []error) {
	for _, f := range files {
		checked, err := p.checkDigest(ctx, f)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		right = append(right, checked)
	}
	return right, wrong
}

func (p *place) checkDigest(ctx context.Context, f File) (CheckedFile, error) {
	name, _, err := p.stat(f)
	if err != nil {
		return CheckedFile{}, err
	}
	file, err := p.files.Open(name)
	if err != nil {
		return CheckedFile{}, fmt.Errorf("data folder %s: %w", p.name, err)
	}
	defer file.Close()
	digest, err := digestOf(ctx, file)
	if err != nil {
		return CheckedFile{}, fmt.Errorf("%s: %w", p.pathOf(name), err)
	}
	expected := f.SHA256
	if !strings.HasSuffix(name, f.Name) {
		expected = f.Plain
	}
	if expected != "" && digest != expected {
		return CheckedFile{}, &DigestError{File: p.pathOf(name), Found: digest, Expected: expected}
	}
	return CheckedFile{Path: p.pathOf(name), SHA256: digest, Known: expected != ""}, nil
}

// digestOf is the SHA-256 of all that is read, in hexadecimal.
func digestOf(ctx context.Context, r io.Reader) (string, error) {
	digest := sha256.New()
	if _, err := io.Copy(digest, cancellable{ctx, r}); err != nil {
		return "", err
	}
	return hex.EncodeToString(digest.Sum(nil)), nil
}
