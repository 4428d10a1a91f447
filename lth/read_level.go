package lth

import (
	"errors"
	"fmt"
	"io/fs"

	"espalier/nn"
	"espalier/train"
)

// ReadLevel reads a level of a finished study of a network back from the level's folder:
// its Mask, Remaining, Result and Shrunk, which need neither images nor a backend. With
// it comes its training as the folder has it.
//
// A level that was trained exactly as another has a mask of its own and no training: that
// of the first folder of like counts whose level has the same mask. An error wraps
// fs.ErrNotExist where there is no mask or no finished training.
func ReadLevel(n *nn.Network, folder string, like ...string) (Level, *train.Finished, error) {
	mask, err := ReadMask(folder)
	if err != nil {
		return Level{}, nil, err
	}
	if err := mask.Fits(n); err != nil {
		return Level{}, nil, fmt.Errorf("%s: %w", folder, err)
	}
	level := Level{Mask: mask, Remaining: mask.Density()}
	training, err := level.read(n, folder)
	for _, other := range like {
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
		if its, unread := ReadMask(other); unread == nil && its.Equal(mask) {
			training, err = level.read(n, other)
		}
	}
	if err != nil {
		return Level{}, nil, err
	}
	return level, training, nil
}

// read reads the training in a folder: of the whole network, or of the network without
// the channels that the mask removes.
func (l *Level) read(n *nn.Network, folder string) (*train.Finished, error) {
	training, err := train.ReadFinished(folder, n)
	if errors.Is(err, train.ErrOtherNetwork) {
		var small error
		if l.Shrunk, small = nn.Shrink(n, nil, l.Mask, nn.Silent); small != nil {
			return nil, err
		}
		training, err = train.ReadFinished(folder, l.Shrunk.Network)
	}
	if err != nil {
		return nil, err
	}
	l.Result = &training.Result
	return training, nil
}
