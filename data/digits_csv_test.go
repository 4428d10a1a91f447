package data

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestDigitsCSVRoundTrip(t *testing.T) {
	file := digitsLines(12)
	for name, content := range map[string][]byte{
		"plain": file, "gzip": zipped(t, file), "no last line feed": file[:len(file)-1],
	} {
		for _, lines := range []int{0, 12} {
			s, err := streamOf(content)
			if err != nil {
				t.Fatal(err)
			}
			pixels, labels, err := readDigitsCSV(s, lines)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got := writeDigits(pixels, labels); got != string(file) {
				t.Errorf("%s: written again it is another file", name)
			}
		}
	}
}

func writeDigits(pixels, labels []uint8) string {
	var file strings.Builder
	for n, label := range labels {
		for _, pixel := range pixels[n*64 : (n+1)*64] {
			fmt.Fprintf(&file, "%d,", pixel)
		}
		fmt.Fprintln(&file, label)
	}
	return file.String()
}

func TestDigitsCSVRefuses(t *testing.T) {
	line := strings.Repeat("0,", 63) + "16,7\n" // of 130 bytes
	for _, test := range []struct {
		name     string
		file     string
		offset   int64
		found    string
		expected string
	}{
		{"too few", line, 131, "the end of the file after 1 images", "2 images"},
		{"too many", line + line + line, 262, "one more line", "the end of the file after 2 images"},
		{"empty", "", 0, "after 0 images", "2 images"},
		{"value", line + "0,17" + line[3:], 133, `"17"`, "a value in 0..16"},
		{"label", line[:129] + "10\n", 129, `"10"`, "a label in 0..9"},
		{"negative", "-1" + line[1:], 0, `"-1"`, "a value in 0..16"},
		{"word", line + line[:129] + "seven\n", 131 + 129, `"seven"`, "a label"},
		{"space", " " + line, 0, `" 0"`, "a value"},
		{"field missing", line[2:], 127, "another number of values", "64 values and a label"},
		{"field more", "0," + line, 128, "another number of values", "64 values and a label"},
		{"blank line", "\n" + line, 0, "another number of values", "64 values and a label"},
		{"long line", strings.Repeat("0", 200), 0, "a longer line", "at most 195 bytes"},
		{"no lines", strings.Repeat("0", 1<<20), 0, "a longer line", "at most 195 bytes"},
		{"carriage return", line[:130] + "\r\n", 129, `"7\r"`, "a label"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := streamOf([]byte(test.file))
			if err == nil {
				_, _, err = readDigitsCSV(s, 2)
			}
			expectFormatError(t, err, test.offset, test.found, test.expected)
		})
	}
}

func FuzzDigitsCSV(f *testing.F) {
	f.Add(digitsLines(3))
	f.Add(zipped(f, digitsLines(1)))
	f.Add([]byte("0,16,3\n"))
	f.Add(bytes.Repeat([]byte{','}, 5000))
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := streamOf(file)
		if err != nil {
			return
		}
		pixels, labels, err := readDigitsCSV(s, 0)
		if err != nil {
			var wrong *FormatError
			if !errors.As(err, &wrong) {
				t.Fatalf("not a FormatError: %v", err)
			}
			return
		}
		if len(pixels) != 64*len(labels) {
			t.Fatalf("%d pixels for %d labels", len(pixels), len(labels))
		}
		d := imageSet("digits").description
		if _, err := NewImages(d, pixels, labels); err != nil {
			t.Errorf("the reader accepted what is out of range: %v", err)
		}
	})
}
