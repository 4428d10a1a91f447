package weightfile

import (
	"encoding/binary"
	"errors"
	"fmt"

	"espalier/internal/pickle"
)

// The old form begins with these.
const (
	legacyMagic    = pickle.Wide("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19")
	legacyProtocol = 1001
)

// errNoWeights is the error of a file in none of the formats.
var errNoWeights = errors.New("it is neither a checkpoint of PyTorch nor a file of safetensors or npz")

var errTruncated = errors.New("it is truncated")

// decodeLegacy reads the form that PyTorch wrote before 1.6: five pickles, which
// are a magic number, a version, the system's sizes, the object and the keys of the
// storages; then each storage, in the order of the keys, as its count in eight
// bytes and its numbers.
func decodeLegacy(content []byte) ([]Tensor, error) {
	storages := make(shelf)
	m := newMachine(content, len(content), storages.load)
	if magic, err := m.Run(); err != nil || magic != any(legacyMagic) {
		return nil, errNoWeights
	}
	if version, err := m.Run(); err != nil {
		return nil, err
	} else if version != any(legacyProtocol) {
		return nil, fmt.Errorf("its version is %s, not %d", describe(version), legacyProtocol)
	}
	if err := checkSystem(m); err != nil {
		return nil, err
	}
	object, err := m.Run()
	if err != nil {
		return nil, err
	}
	tensors, err := stateDictionary(object)
	if err != nil {
		return nil, err
	}
	keys, err := m.Run()
	if err != nil {
		return nil, err
	}
	return tensors, storages.fill(keys, m.Rest())
}

// checkSystem refuses files of machines whose numbers are big-endian.
func checkSystem(m *pickle.Machine) error {
	value, err := m.Run()
	if err != nil {
		return err
	}
	d, ok := value.(*pickle.Dictionary)
	if !ok {
		return fmt.Errorf("%s where it should say on which system it was written", describe(value))
	}
	for _, e := range d.Entries {
		if key, ok := e.Key.(string); ok && key == "little_endian" && e.Value != any(true) {
			return errors.New("its numbers are big-endian, which is not supported")
		}
	}
	return nil
}

// fill gives the storages their numbers, which follow the pickles.
func (s shelf) fill(keys any, content []byte) error {
	l, ok := keys.(*pickle.List)
	if !ok {
		return fmt.Errorf("%s where the keys of the storages should be", describe(keys))
	}
	if len(l.Items) != len(s) {
		return fmt.Errorf("%d keys for %d storages", len(l.Items), len(s))
	}
	for _, item := range l.Items {
		key, _ := item.(string)
		storage, ok := s[key]
		if !ok || storage.bytes != nil {
			return fmt.Errorf("the storages' key %s is unknown or comes twice", describe(item))
		}
		if len(content) < 8 {
			return errTruncated
		}
		count := binary.LittleEndian.Uint64(content)
		content = content[8:]
		if count != uint64(storage.count) {
			return fmt.Errorf("storage %.60q has %d numbers, and its description says %d", key, count, storage.count)
		}
		size := storage.count * storage.kind.size
		if size > len(content) {
			return errTruncated
		}
		storage.bytes, content = content[:size:size], content[size:]
	}
	if len(content) > 0 {
		return fmt.Errorf("%d bytes follow the last storage", len(content))
	}
	return nil
}
