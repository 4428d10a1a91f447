package matlab

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
)

const (
	// maxExpansion is how many times its size a file may unpack to, in all.
	maxExpansion = 256
	// smallest is what any file may unpack to.
	smallest = 1 << 20
)

// inflated returns the element in a compressed one, and any other as it is. The
// budget is how many bytes may still be unpacked.
func inflated(e element, budget *int) (element, error) {
	if e.kind != typeCompressed {
		return e, nil
	}
	r, err := zlib.NewReader(bytes.NewReader(e.data))
	if err != nil {
		return e, fmt.Errorf("a compressed element: %w", err)
	}
	defer r.Close()
	content, err := io.ReadAll(io.LimitReader(r, int64(*budget)+1))
	if err != nil {
		return e, fmt.Errorf("a compressed element: %w", err)
	}
	if len(content) > *budget {
		return e, errors.New("it unpacks to far beyond its size")
	}
	*budget -= len(content)
	inner, _, err := nextElement(content)
	if err == nil && inner.kind == typeCompressed {
		err = errors.New("a compressed element in a compressed one")
	}
	return inner, err
}
