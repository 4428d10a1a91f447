// Package embedded carries the data sets that are small enough to be built in,
// unchanged and in the layout they have in a data folder. Where each comes from
// and under which licence is told beside its files.
package embedded

import "embed"

// Files holds the folder optdigits: the handwritten digits of the UCI repository.
//
//go:embed optdigits
var Files embed.FS
