// Package numpy reads what NumPy and SciPy write: .npy and .npz files, and pickles of
// arrays, of sparse matrices and of Python containers of them. Nothing is ever
// executed, and what is allocated stays in proportion to the file.
package numpy
