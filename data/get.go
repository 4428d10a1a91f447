package data

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"espalier/internal/durable"
)

// GetOptions changes how Get downloads. The zero value is right for most.
type GetOptions struct {
	Client   *http.Client   // http.DefaultClient where nil
	Mirror   string         // the address of a folder that has the files, in place of their home
	Progress func(Progress) // called often, from the goroutine that called Get
}

// Progress says how far the download of a file is, in bytes.
type Progress struct {
	File        string
	Done, Total int64
}

// archive is a .tar.gz file with all files of a set.
type archive struct {
	address string
	bytes   int64
	sha256  string
	folder  string // the folder in the archive that has the files
}

// download is one file to fetch.
type download struct {
	address string
	name    string // where it goes in the data folder
	bytes   int64
	sha256  string
}

// Get downloads the files of a set into a data folder, the first if dir names several,
// and makes the folder if it is not there. Files that are there already are kept if
// their digest is right, those of a set that comes as one archive if their sizes are. A
// file grows under its name with .partial at the end, gets its own name only when its
// digest is right, and is continued where an earlier Get was interrupted. For a built-in
// set there is nothing to do.
//
// The error is a *DigestError if what was downloaded is not the official file.
func Get(ctx context.Context, name, dir string, o GetOptions) error {
	d, err := findOrigin(name)
	if err != nil {
		return err
	}
	if err := d.get(ctx, dir, o); err != nil {
		return fmt.Errorf("get data set %s %w", name, err)
	}
	return nil
}

// findOrigin finds a set of images or a graph.
func findOrigin(name string) (*origin, error) {
	if d, ok := imageSets.Get(name); ok {
		return &d.origin, nil
	}
	if d, ok := graphs.Get(name); ok {
		return &d.origin, nil
	}
	return nil, &UnknownError{Name: name}
}

func (d *origin) get(ctx context.Context, dir string, o GetOptions) error {
	if d.embedded {
		return nil
	}
	if home := d.byHand(); home != "" {
		return fmt.Errorf("cannot be done: no address of its files with their digests is known; download them from %s into %s of a data folder", home, d.folders[0])
	}
	folders := filepath.SplitList(dir)
	if len(folders) == 0 {
		return errors.New("into a data folder: none is named; name one with --data or ESPALIER_DATA")
	}
	if err := d.getInto(ctx, folders[0], o); err != nil {
		return fmt.Errorf("into %s: %w", folders[0], err)
	}
	return nil
}

func (d *origin) getInto(ctx context.Context, folder string, o GetOptions) (err error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	f := fetcher{root: root, files: rootFS{root}, client: o.Client, progress: o.Progress}
	if f.client == nil {
		f.client = http.DefaultClient
	}
	if err := f.files.MkdirAll(d.folders[0]); err != nil {
		return err
	}
	if d.archive != nil {
		return f.getArchive(ctx, d, o.Mirror)
	}
	return f.getFiles(ctx, d, cmp.Or(o.Mirror, d.address))
}

// getFiles downloads the files of a set one by one.
func (f fetcher) getFiles(ctx context.Context, d *origin, address string) error {
	for _, file := range d.source.Files {
		err := f.fetch(ctx, download{
			address: strings.TrimSuffix(address, "/") + "/" + file.Name,
			name:    path.Join(d.folders[0], file.Name),
			bytes:   file.Bytes,
			sha256:  file.SHA256,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// getArchive downloads an archive, unpacks it and removes it.
func (f fetcher) getArchive(ctx context.Context, d *origin, mirror string) error {
	if f.hasAll(d) {
		return nil
	}
	a := *d.archive
	if mirror != "" {
		a.address = strings.TrimSuffix(mirror, "/") + "/" + path.Base(a.address)
	}
	name := path.Join(d.folders[0], path.Base(a.address))
	if err := f.fetch(ctx, download{address: a.address, name: name, bytes: a.bytes, sha256: a.sha256}); err != nil {
		return err
	}
	if err := f.unpack(ctx, name, a.folder, d.folders[0], d.source.Files); err != nil {
		return fmt.Errorf("unpack %s: %w", name, err)
	}
	return f.files.Remove(name)
}

// hasAll tells whether the files of an archive are in one of their folders, in
// their sizes.
func (f fetcher) hasAll(d *origin) bool {
	return slices.ContainsFunc(d.folders, func(folder string) bool {
		for _, file := range d.source.Files {
			info, err := f.root.Stat(path.Join(folder, file.Name))
			if err != nil || info.Size() != file.Bytes {
				return false
			}
		}
		return true
	})
}

// fetcher downloads into a folder that it cannot leave.
type fetcher struct {
	root     *os.Root
	files    durable.FS
	client   *http.Client
	progress func(Progress)
}

// fetch makes sure that a file is there with the right digest.
func (f fetcher) fetch(ctx context.Context, d download) error {
	switch digest, err := f.digest(ctx, d.name); {
	case err == nil && digest == d.sha256:
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	partial := d.name + ".partial"
	if err := f.transfer(ctx, d, partial); err != nil {
		return err
	}
	digest, err := f.digest(ctx, partial)
	if err != nil {
		return err
	}
	if digest != d.sha256 {
		wrong := &DigestError{File: d.address, Found: digest, Expected: d.sha256}
		return errors.Join(fmt.Errorf("%w; the download is removed, get it again", wrong), f.files.Remove(partial))
	}
	if err := f.files.Rename(partial, d.name); err != nil {
		return err
	}
	return f.files.SyncFolder(path.Dir(d.name))
}

func (f fetcher) digest(ctx context.Context, name string) (string, error) {
	file, err := f.root.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	return digestOf(ctx, file)
}
