package numpy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

const npyMagic = "\x93NUMPY"

// npyHeader matches the header as NumPy writes it, a Python dictionary.
var npyHeader = regexp.MustCompile(`^\{'descr': '([^']{1,20})', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\),? *\}\s*$`)

// Parse reads a .npy file, versions 1 to 3 of the format. The array shares the content.
func Parse(content []byte) (*Array, error) {
	_, header, body, err := CutHeader(content)
	if err != nil {
		return nil, fmt.Errorf(".npy file: %w", err)
	}
	match := npyHeader.FindStringSubmatch(header)
	if match == nil {
		return nil, fmt.Errorf(".npy file: the header %.100q is not that of an array of numbers", header)
	}
	k, err := parseKind(match[1])
	if err != nil {
		return nil, fmt.Errorf(".npy file: %w", err)
	}
	shape, err := parseShape(match[3])
	if err != nil {
		return nil, fmt.Errorf(".npy file: %w", err)
	}
	array, err := newArray(k, shape, match[2] == "True", body)
	if err != nil {
		return nil, fmt.Errorf(".npy file: %w", err)
	}
	return array, nil
}

// CutHeader splits a .npy file, versions 1 to 3 of the format, into its version, its
// header, which is a Python dictionary, and the elements after that.
func CutHeader(content []byte) (version int, header string, body []byte, err error) {
	const magicAndVersion = len(npyMagic) + 2
	if len(content) < magicAndVersion+4 || string(content[:len(npyMagic)]) != npyMagic {
		return 0, "", nil, errors.New("it does not begin as an array of NumPy's")
	}
	rest := content[magicAndVersion:]
	var length uint32
	switch version = int(content[len(npyMagic)]); version {
	case 1:
		length, rest = uint32(binary.LittleEndian.Uint16(rest)), rest[2:]
	case 2, 3:
		length, rest = binary.LittleEndian.Uint32(rest), rest[4:]
	default:
		return 0, "", nil, fmt.Errorf("version %d, which is not one of 1 to 3", version)
	}
	if uint64(length) > uint64(len(rest)) {
		return 0, "", nil, errors.New("it is truncated")
	}
	return version, string(rest[:length]), rest[length:], nil
}

// parseShape reads the numbers of a tuple.
func parseShape(text string) ([]int, error) {
	shape := []int{}
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil, fmt.Errorf("shape (%.60s): %w", text, errors.Unwrap(err))
		}
		shape = append(shape, n)
	}
	return shape, nil
}
