package data

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
)

// transfer makes the partial file whole, beginning where it ends.
func (f fetcher) transfer(ctx context.Context, d download, partial string) error {
	have, err := f.size(partial)
	if err != nil {
		return err
	}
	if have == d.bytes {
		return nil
	}
	if have > d.bytes {
		have = 0
	}
	response, err := f.request(ctx, d.address, have)
	if err == nil && response.StatusCode == http.StatusRequestedRangeNotSatisfiable && have > 0 {
		// The partial file is not of what the server has: begin anew.
		response.Body.Close()
		have = 0
		response, err = f.request(ctx, d.address, have)
	}
	if err != nil {
		return err
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusOK:
		have = 0 // the whole file, whatever was asked for
	case response.StatusCode != http.StatusPartialContent || have == 0:
		return fmt.Errorf("%s: the server answers %s", d.address, response.Status)
	case !startsAt(response, have):
		return fmt.Errorf("%s: asked for what follows byte %d, the server sends %q",
			d.address, have, response.Header.Get("Content-Range"))
	}
	return f.save(d, partial, have, response.Body)
}

func (f fetcher) size(name string) (int64, error) {
	info, err := f.root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f fetcher) request(ctx context.Context, address string, have int64) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	// Otherwise the client would unpack a .gz file that a server calls compressed.
	request.Header.Set("Accept-Encoding", "identity")
	if have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	return f.client.Do(request)
}

func startsAt(response *http.Response, have int64) bool {
	var first, last int64
	n, err := fmt.Sscanf(response.Header.Get("Content-Range"), "bytes %d-%d/", &first, &last)
	return err == nil && n == 2 && first == have
}

// save appends the body to the first bytes of the partial file, which it leaves
// there to be continued if the body ends too early.
func (f fetcher) save(d download, partial string, have int64, body io.Reader) (err error) {
	file, err := f.root.OpenFile(partial, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := file.Truncate(have); err != nil {
		return err
	}
	to := &meter{Writer: io.NewOffsetWriter(file, have), progress: f.progress, Progress: Progress{File: d.name, Done: have, Total: d.bytes}}
	_, copying := io.Copy(to, io.LimitReader(body, d.bytes-have+1))
	if to.Done > d.bytes {
		return errors.Join(fmt.Errorf("%s: the server sends more than the %d bytes of the file", d.address, d.bytes), file.Truncate(0))
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if copying == nil && to.Done < d.bytes {
		copying = io.ErrUnexpectedEOF
	}
	if copying != nil {
		return fmt.Errorf("%s: interrupted after %d of %d bytes; the same command continues there: %w",
			d.address, to.Done, d.bytes, copying)
	}
	return nil
}

// meter tells how much was written.
type meter struct {
	io.Writer
	Progress
	progress func(Progress)
}

// Write writes and tells how much was written so far.
func (m *meter) Write(content []byte) (int, error) {
	n, err := m.Writer.Write(content)
	m.Done += int64(n)
	if m.progress != nil {
		m.progress(m.Progress)
	}
	return n, err
}
