// Package data holds sets of images and graphs in memory.
//
// Open reads a set of images by its name, OpenGraph a graph: the digits and Cora are
// built in, the others come from a folder in the layout of their official archives,
// into which Get downloads them. ReadGraph reads the user's own graphs. What they
// return is immutable. Images know their counts, classes and digest, and their splits,
// balanced subsets and selections share the pixels of the whole. A Graph has its edges
// by destination and by source, its features sparse or dense, labels and splits; every
// transform of it is another Graph.
//
// Batches normalises, augments and orders them as a pure function of a seed, the
// epoch and the image, so that a batch has the same bytes whatever the number of
// workers that prepared it.
//
// One set is one file (mnist.go), or one collection of graphs (planetoid_sets.go), and
// one format is one file (idx.go, planetoid.go). A reader that meets an invalid file
// says where in the file, what it found there and what it expected; it needs no more
// memory than the file's content, and never leaves the folder it was given.
package data
