package data

import (
	"fmt"
	"strings"
)

// FormatError says where a file is not what its format demands.
type FormatError struct {
	File     string
	Offset   int64 // in bytes from the start of the content, which for a gzip file is the uncompressed one
	Found    string
	Expected string
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("%s: at byte %d: found %s, expected %s", e.File, e.Offset, e.Found, e.Expected)
}

// MissingError says that a set, or a part of it, is not on this machine.
type MissingError struct {
	Set    string
	File   string // the missing file, relative to the data folder
	Folder string // the data folder; empty where none was named
}

func (e *MissingError) Error() string {
	if e.Folder == "" {
		return fmt.Sprintf("data set %s: %s is missing, because no data folder is named: name one with --data or ESPALIER_DATA; `espalier data get %s` fills it",
			e.Set, e.File, e.Set)
	}
	return fmt.Sprintf("data set %s: %s is missing in %s: get it with `espalier data get %s`, or name another folder with --data or ESPALIER_DATA",
		e.Set, e.File, e.Folder, e.Set)
}

// UnknownError says that no set has a name.
type UnknownError struct{ Name string }

func (e *UnknownError) Error() string {
	return fmt.Sprintf("there is no data set %q; there are %s", e.Name, strings.Join(Names(), ", "))
}

// DigestError says that a file is well-formed or not, but not the one it should be.
type DigestError struct {
	File            string
	Found, Expected string // SHA-256 in hexadecimal
}

func (e *DigestError) Error() string {
	return fmt.Sprintf("%s: its SHA-256 is %s, expected %s", e.File, e.Found, e.Expected)
}
