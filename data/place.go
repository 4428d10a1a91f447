package data

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"espalier/data/embedded"
)

// builtIn is the place of embedded sets in messages and lists.
const builtIn = "built in"

// place is a folder in which the files of a set were found.
type place struct {
	set    string
	home   string   // where to download the files by hand, if Get cannot
	name   string   // how messages call the data folder
	files  fs.FS    // the data folder, from which no name and no link leads out
	folder string   // where in it the files lie
	root   *os.Root // nil for what is built in
}

// where tells in which folder the files are.
func (p *place) where() string {
	if p.root == nil {
		return p.name
	}
	return p.path("")
}

func (p *place) close() error {
	if p.root == nil {
		return nil
	}
	return p.root.Close()
}

// path is how messages call a file of the set.
func (p *place) path(file string) string { return p.pathOf(path.Join(p.folder, file)) }

// pathOf is how messages call what has a name in the data folder.
func (p *place) pathOf(name string) string {
	if p.root == nil {
		return builtIn + " " + name
	}
	return filepath.Join(p.name, filepath.FromSlash(name))
}

// byHand is where to download a set from that Get cannot fetch; empty for others.
func (d *origin) byHand() string {
	if d.embedded || d.address != "" || d.archive != nil {
		return ""
	}
	return d.source.Home
}

// locate finds where a set is: built in, or in the first of the data folders that
// has its first file.
func (d *origin) locate(dir string) (*place, error) {
	if d.embedded {
		return &place{set: d.name, home: d.byHand(), name: builtIn, files: embedded.Files(), folder: d.folders[0]}, nil
	}
	for _, name := range filepath.SplitList(dir) {
		root, err := os.OpenRoot(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("data folder %s: %w", name, err)
		}
		p, err := d.locateUnder(root, name)
		if p != nil {
			return p, nil
		}
		if err := errors.Join(err, root.Close()); err != nil {
			return nil, err
		}
	}
	return nil, &MissingError{Set: d.name, File: path.Join(d.folders[0], d.source.Files[0].Name), Folder: dir, Home: d.byHand()}
}

// locateUnder returns nil if none of the folders of the set has its first file.
func (d *origin) locateUnder(root *os.Root, name string) (*place, error) {
	for _, folder := range d.folders {
		p := &place{set: d.name, home: d.byHand(), name: name, files: root.FS(), folder: folder, root: root}
		_, _, err := p.stat(d.source.Files[0])
		if err == nil {
			return p, nil
		}
		if missing := (*MissingError)(nil); !errors.As(err, &missing) {
			return nil, err
		}
	}
	return nil, nil
}

// stat finds a file under its name or, if it may be there uncompressed, without .gz.
func (p *place) stat(f File) (name string, info fs.FileInfo, err error) {
	for _, name := range f.names() {
		name = path.Join(p.folder, name)
		info, err = fs.Stat(p.files, name)
		if err == nil && info.Mode().IsRegular() {
			return name, info, nil
		}
		if err == nil {
			return "", nil, fmt.Errorf("%s is not a regular file", p.pathOf(name))
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", nil, fmt.Errorf("data folder %s: %w", p.name, err)
		}
	}
	return "", nil, &MissingError{Set: p.set, File: path.Join(p.folder, f.Name), Folder: p.name, Home: p.home}
}

func (f File) names() []string {
	if f.Plain == "" {
		return []string{f.Name}
	}
	return []string{f.Name, f.Name[:len(f.Name)-len(path.Ext(f.Name))]}
}

// read opens a file, hands its content to a reader and makes sure that the reader
// has used all of it.
func (p *place) read(ctx context.Context, f File, reader func(*stream) error) error {
	name, _, err := p.stat(f)
	if err != nil {
		return err
	}
	file, err := p.files.Open(name)
	if err != nil {
		return fmt.Errorf("data folder %s: %w", p.name, err)
	}
	defer file.Close()
	s, err := newStream(ctx, p.pathOf(name), file)
	if err != nil {
		return err
	}
	if err := reader(s); err != nil {
		return err
	}
	return s.end()
}
