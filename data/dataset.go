package data

import (
	"context"
	"fmt"
	"slices"

	"espalier/internal/registry"
)

// Dataset is a set of images in its two official parts.
type Dataset struct {
	Name          string
	Train, Test   *Images
	Normalisation Normalisation // the usual one of this set
	Source        Source
}

// Source says where a set comes from and on what terms it is available.
type Source struct {
	Title, Home, Licence, Citation string
	Files                          []File
}

// File is one of the files that a set is read from.
type File struct {
	Name   string // in the folder of the set
	Bytes  int64  // its size; 0 where it is not known
	SHA256 string // in hexadecimal; empty where the official file is not the only right one
	Plain  string // SHA-256 of the content, where the file is compressed and may also lie there without .gz
}

// Open reads a set of images. The digits are built in; any other set is read from dir, a data
// folder or several separated as in PATH, of which the first that has the set is
// used. Counts, shapes and label ranges are always checked, digests by Check.
//
// The error is an *UnknownError for an unknown name, a *MissingError for a missing file
// and a *FormatError for a damaged one.
func Open(ctx context.Context, name, dir string) (*Dataset, error) {
	d, err := find(name)
	if err != nil {
		return nil, err
	}
	place, err := d.locate(dir)
	if err != nil {
		return nil, err
	}
	defer place.close()
	return d.open(ctx, place)
}

// Names lists the sets of images, sorted.
func Names() []string { return imageSets.Names() }

// origin is where the files of a set come from, and where they may lie.
type origin struct {
	name     string
	source   Source
	embedded bool
	folders  []string // in a data folder, where the files may lie; Get uses the first
	address  string   // of the folder from which Get fetches the files
	archive  *archive // or the file that has them all
}

// definition is everything this package knows of a set of images.
type definition struct {
	origin
	description   Description // of both parts; the name is left empty
	train, test   int         // the numbers of images
	normalisation Normalisation

	// read returns the pixels and labels of both parts.
	read func(ctx context.Context, d *definition, p *place) (train, test part, err error)
	// check verifies what a digest of the files cannot.
	check func(*Dataset) error
}

// part is what is read of the training or the test images.
type part struct{ pixels, labels []uint8 }

// imageSets are the registered sets of images.
var imageSets = registry.New[*definition]("data set")

func register(d definition) { imageSets.Register(d.name, &d) }

func find(name string) (*definition, error) {
	d, ok := imageSets.Get(name)
	if _, isGraph := graphs.Get(name); !ok && isGraph {
		return nil, fmt.Errorf("data set %s is a graph, and a set of images is needed", name)
	}
	if !ok {
		return nil, &UnknownError{Name: name}
	}
	return d, nil
}

// open reads both parts from the place where they were found.
func (d *definition) open(ctx context.Context, p *place) (*Dataset, error) {
	train, test, err := d.read(ctx, d, p)
	if err != nil {
		return nil, err // which names the file
	}
	set := &Dataset{Name: d.name, Normalisation: d.normalisation.clone(), Source: d.source.clone()}
	if set.Train, err = d.images("train", train, d.train); err != nil {
		return nil, err
	}
	if set.Test, err = d.images("test", test, d.test); err != nil {
		return nil, err
	}
	return set, nil
}

func (d *definition) images(name string, p part, count int) (*Images, error) {
	description := d.description
	description.Name = d.name + "/" + name
	if len(p.labels) != count {
		return nil, fmt.Errorf("data set %s: %d %s images, expected %d", d.name, len(p.labels), name, count)
	}
	return adopt(description, p.pixels, p.labels)
}

func (s Source) clone() Source {
	s.Files = slices.Clone(s.Files)
	return s
}

func (n Normalisation) clone() Normalisation {
	return Normalisation{Mean: slices.Clone(n.Mean), Deviation: slices.Clone(n.Deviation)}
}
