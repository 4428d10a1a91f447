// Package numpy reads what NumPy and SciPy write: .npy and .npz files, and pickles of
// arrays, sparse matrices, numbers, text and Python containers. Nothing in a file is
// executed, and memory stays in proportion to the file's size.
package numpy
