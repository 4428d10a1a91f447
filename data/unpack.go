package data

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"path"

	"espalier/internal/durable"
)

// unpack takes the files of a set out of the folder of that name in a .tar.gz file.
// Whatever else is in the archive is skipped, and a file that lacks the size it should
// have is refused, so what is written is known beforehand.
func (f fetcher) unpack(ctx context.Context, archive, folder, to string, files []File) error {
	file, err := f.root.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(cancellable{ctx, file})
	if err != nil {
		return err
	}
	wanted := map[string]File{}
	var sizes int64
	for _, f := range files {
		wanted[path.Join(folder, f.Name)] = f
		sizes += f.Bytes
	}
	const others = 1 << 20 // headers, and files such as a readme
	content := tar.NewReader(io.LimitReader(unzipped, sizes+others))
	for len(wanted) > 0 {
		header, err := content.Next()
		if err == io.EOF {
			return fmt.Errorf("the archive ends without %d of its files", len(wanted))
		}
		if err != nil {
			return err
		}
		name := path.Clean(header.Name)
		file, ok := wanted[name]
		if !ok || header.Typeflag != tar.TypeReg {
			continue
		}
		if header.Size != file.Bytes {
			return fmt.Errorf("%s has %d bytes, expected %d", header.Name, header.Size, file.Bytes)
		}
		err = durable.Write(f.files, path.Join(to, file.Name), func(w io.Writer) error {
			_, err := io.CopyN(w, content, file.Bytes)
			return err
		})
		if err != nil {
			return err
		}
		delete(wanted, name)
	}
	return nil
}
