package data

import (
	"fmt"
	"slices"
	"strings"

	"espalier/internal/registry"
)

// FormatError says where a file violates its format.
type FormatError struct {
	File     string
	Offset   int64 // in bytes from the start of the content, which for a gzip file is the uncompressed one
	Found    string
	Expected string
	Cause    error // in place of the three fields above, where a reader tells what is wrong itself
}

// Unwrap is the reader's error.
func (e *FormatError) Unwrap() error { return e.Cause }

// Error says what is wrong, in which file and where.
func (e *FormatError) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %v", e.File, e.Cause)
	}
	return fmt.Sprintf("%s: at byte %d: found %s, expected %s", e.File, e.Offset, e.Found, e.Expected)
}

// MissingError says that a set, or a part of it, is not on this machine.
type MissingError struct {
	Set    string
	File   string // the missing file, relative to the data folder
	Folder string // the data folder; empty where none was named
	Home   string // where to download the files by hand; empty where Get fetches them
}

// Error names what is missing and how to get it.
func (e *MissingError) Error() string {
	get := getCommand(e.Set)
	switch {
	case e.Folder == "" && e.Home == "":
		return fmt.Sprintf("data set %s: %s is missing, because no data folder is named: name one with --data or ESPALIER_DATA; %s fills it", e.Set, e.File, get)
	case e.Folder == "":
		return fmt.Sprintf("data set %s: %s is missing, because no data folder is named: download it from %s, and name the folder with --data or ESPALIER_DATA", e.Set, e.File, e.Home)
	case e.Home != "":
		return fmt.Sprintf("data set %s: %s is missing in %s: download it from %s, or name another folder with --data or ESPALIER_DATA", e.Set, e.File, e.Folder, e.Home)
	}
	return fmt.Sprintf("data set %s: %s is missing in %s: get it with %s, or name another folder with --data or ESPALIER_DATA", e.Set, e.File, e.Folder, get)
}

// getCommand is what fetches a set.
func getCommand(set string) string { return "`espalier data get " + set + "`" }

// UnknownError says that there is no set of this name.
type UnknownError struct{ Name string }

// Error suggests similar names, or lists all.
func (e *UnknownError) Error() string {
	if names := slices.Concat(Names(), GraphNames()); len(registry.Near(e.Name, names)) > 0 {
		return registry.Unknown("data set", e.Name, names).Error()
	}
	return fmt.Sprintf("there is no data set %q; there are the images %s and the graphs %s",
		e.Name, strings.Join(Names(), ", "), strings.Join(GraphNames(), ", "))
}

// NoGraphError says that a data set of images was named where a graph is needed.
type NoGraphError struct{ Name string }

// Error lists the graphs.
func (e *NoGraphError) Error() string {
	return fmt.Sprintf("data set %s is a set of images, and a graph is needed: there are %s", e.Name, strings.Join(GraphNames(), ", "))
}

// Usage marks the error as the caller's.
func (e *NoGraphError) Usage() {}

// DigestError says that a file, well-formed or not, is not the one it should be.
type DigestError struct {
	File            string
	Found, Expected string // SHA-256 in hexadecimal
}

// Error names the file and both digests.
func (e *DigestError) Error() string {
	return fmt.Sprintf("%s: its SHA-256 is %s, expected %s", e.File, e.Found, e.Expected)
}
