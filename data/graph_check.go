package data

import (
	"context"
	"errors"
)

// GraphReport is what CheckGraph found.
type GraphReport struct {
	Name   string        `json:"name"`
	Found  string        `json:"found"` // "built in" or the folder of the files
	Files  []CheckedFile `json:"files"`
	Size   GraphSize     `json:"size"`
	Digest string        `json:"digest"` // that of Graph, which results carry
}

// CheckGraph reads a whole graph and verifies the digest of each file that has an
// official one, as Check does for images.
func CheckGraph(ctx context.Context, name, dir string) (GraphReport, error) {
	d, err := findGraph(name)
	if err != nil {
		return GraphReport{}, err
	}
	p, err := d.locate(dir)
	if err != nil {
		return GraphReport{}, err
	}
	defer p.close()
	files, wrong := p.checkDigests(ctx, d.source.Files)
	report := GraphReport{Name: name, Found: p.where(), Files: files}
	g, err := d.open(ctx, p)
	if err != nil {
		return report, errors.Join(append(wrong, err)...)
	}
	report.Size, report.Digest = g.Size(), g.Digest()
	return report, errors.Join(wrong...)
}
