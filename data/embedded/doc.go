// Package embedded carries the data sets that are small enough to be built in,
// unchanged and in the layout they have in a data folder. The origin and licence of
// each stand beside its files.
package embedded

import (
	"embed"
	"io/fs"
)

//go:embed optdigits planetoid
var files embed.FS

// Files returns the folders of the sets: optdigits, the handwritten digits of the
// UCI repository, and planetoid, the citation network Cora.
func Files() fs.FS { return files }
