package matlab

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
)

const (
	// maxExpansion bounds what all elements of a file may unpack to, in multiples of the
	// file's size.
	maxExpansion = 256
	// smallest is how many bytes any file may unpack to, however small it is.
	smallest = 1 << 20
)

// inflated returns the element inside of a compressed one, and any other element as it
// is. budget is how many bytes may still be unpacked; inflated subtracts what it unpacks.
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
