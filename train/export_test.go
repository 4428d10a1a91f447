package train

import (
	"fmt"

	"espalier/internal/durable"
)

// What tests outside of the package need of its inside.
var Float32s = float32s

// SetFiles makes the session write and read through a file system.
func (s *Session) SetFiles(files durable.FS) { s.files = files }

// StoredReader returns what reads one file of a job's folder through a file system,
// as Run does when it resumes.
func (s *Session) StoredReader(job Job, name string) (func(durable.FS) error, error) {
	job, err := job.withDefaults()
	if err != nil {
		return nil, err
	}
	file, ok := parseStored(name)
	if !ok {
		return nil, fmt.Errorf("no file of this package is named %s", name)
	}
	folder := s.folder(job)
	return func(files durable.FS) error {
		folder.files = files
		_, err := folder.read(file)
		return err
	}, nil
}

// DecodeState parses a file's content, for the fuzz test.
func DecodeState(content []byte, job Job) error {
	_, _, err := decode(content, job.Network)
	return err
}
