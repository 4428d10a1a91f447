package train

import (
	"errors"
	"fmt"
	"io/fs"

	"espalier/internal/durable"
	"espalier/nn"
)

// Finished is a training that is over, read back from its folder.
type Finished struct {
	Result
	// Description says what was trained and how, a line "name value" for each fact that
	// the result depends on: network, weights, mask, images, optimizer and so on. Long
	// values are digests.
	Description string
	// Backend is the name of the backend that trained.
	Backend string
}

// ErrOtherNetwork says that a folder holds the training of another network.
var ErrOtherNetwork = errors.New("it is the training of another network")

// ReadFinished reads the finished training of a network back from a Job's folder, for
// which neither images nor a backend are needed. Nothing in the folder is changed. An
// error wraps fs.ErrNotExist where there is no finished training, and ErrOtherNetwork
// where it is one of another network.
func ReadFinished(path string, n *nn.Network) (*Finished, error) {
	f := &folder{path: path, files: durable.OS{}, network: n}
	found, _, err := f.list()
	if err != nil {
		return nil, fmt.Errorf("read run folder: %w", err)
	}
	if len(found) == 0 || !found[0].finished {
		return nil, fmt.Errorf("run folder %s has no finished training: %w", path, fs.ErrNotExist)
	}
	finished, err := f.finished(found[0])
	if err != nil {
		return nil, fmt.Errorf("run folder %s: %s: %w", path, found[0].name, err)
	}
	return finished, nil
}

// finished reads a result, whatever job it is of.
func (f *folder) finished(file stored) (*Finished, error) {
	content, err := f.load(file)
	if err != nil {
		return nil, err
	}
	s, h, err := decode(content, f.network)
	finished := &Finished{Description: h.job, Backend: h.backend}
	if h.job != "" && finished.Fact("network") != describeNetwork(f.network) {
		return nil, ErrOtherNetwork
	}
	if err != nil {
		return nil, err
	}
	finished.Result = s.result
	return finished, nil
}

// Fact is the value of a line of the description, empty where there is none.
func (f *Finished) Fact(name string) string { return lines(f.Description).values[name] }
