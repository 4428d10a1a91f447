package data

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
)

const (
	digitsSide    = 8
	digitsMaximum = 16
	digitsClasses = 10
	digitsLine    = 3*digitsSide*digitsSide + 3 // "16," for each pixel, then the label and a line feed
)

// readDigitsCSV reads the digits: so many lines of 64 values from 0 to 16, row by
// row, and the digit, all separated by commas. Zero lines means as many as come.
func readDigitsCSV(s *stream, lines int) (pixels, labels []uint8, err error) {
	for {
		start := s.offset
		line, err := s.line(digitsLine)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		if lines > 0 && len(labels) == lines {
			return nil, nil, s.wrong(start, "one more line", fmt.Sprintf("the end of the file after %d images", lines))
		}
		if pixels, labels, err = s.appendDigit(pixels, labels, line, start); err != nil {
			return nil, nil, err
		}
	}
	if len(labels) < lines {
		return nil, nil, s.wrong(s.offset, fmt.Sprintf("the end of the file after %d images", len(labels)), fmt.Sprintf("%d images", lines))
	}
	return pixels, labels, nil
}

func (s *stream) appendDigit(pixels, labels []uint8, line []byte, start int64) ([]uint8, []uint8, error) {
	const fields = digitsSide*digitsSide + 1
	for field := range fields {
		text, rest, more := bytes.Cut(line, []byte{','})
		if more != (field < fields-1) {
			return nil, nil, s.wrong(start, "another number of values in the line", fmt.Sprintf("%d values and a label", fields-1))
		}
		largest, what := digitsMaximum, "a value"
		if !more {
			largest, what = digitsClasses-1, "a label"
		}
		value, err := strconv.ParseUint(string(text), 10, 8)
		if err != nil || int(value) > largest {
			return nil, nil, s.wrong(start, strconv.Quote(string(text)), fmt.Sprintf("%s in 0..%d", what, largest))
		}
		if more {
			pixels = append(pixels, uint8(value))
		} else {
			labels = append(labels, uint8(value))
		}
		start += int64(len(text)) + 1
		line = rest
	}
	return pixels, labels, nil
}
