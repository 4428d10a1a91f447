package lth

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"espalier/internal/durable"
	"espalier/prune"
)

// MaskFile is the name of the file in a level's folder that holds its mask, in the
// binary form of prune.Mask. Every level has one, even if its result is that of another
// level.
const MaskFile = "mask"

// LevelFolder is the folder of a level in a study's folder: the tickets' or, by its
// name, a control's.
func LevelFolder(study, method string, index int) string {
	if method == Tickets {
		return filepath.Join(study, levelName(index))
	}
	return filepath.Join(study, method, levelName(index))
}

// levelName is the name of a level's own folder.
func levelName(index int) string { return fmt.Sprintf("level-%02d", index) }

// ReadMask reads the mask of a level from the level's folder.
func ReadMask(folder string) (*prune.Mask, error) {
	path := filepath.Join(folder, MaskFile)
	form, err := durable.OS{}.ReadFile(path)
	if err != nil {
		return nil, err
	}
	mask, err := prune.ParseMask(form)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return mask, nil
}

// keepMask writes a level's mask into its folder, if there is one. An existing mask
// must be the same; one that cannot be read is replaced, because a mask can always be
// computed again.
func keepMask(folder string, mask *prune.Mask) error {
	if folder == "" {
		return nil
	}
	form, err := mask.MarshalBinary()
	if err != nil {
		return err
	}
	files, path := durable.OS{}, filepath.Join(folder, MaskFile)
	found, err := files.ReadFile(path)
	switch {
	case err == nil && bytes.Equal(found, form):
		return nil
	case err == nil:
		if _, damaged := prune.ParseMask(found); damaged == nil {
			return fmt.Errorf("%s is the mask of another study; use another folder or remove this one", path)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("read mask: %w", err)
	}
	if err := files.MkdirAll(folder); err != nil {
		return fmt.Errorf("make the level's folder: %w", err)
	}
	return durable.WriteFile(files, path, form)
}
