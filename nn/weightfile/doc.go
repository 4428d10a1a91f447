// Package weightfile reads trained weights that other programs have written, and
// puts them into the order of an nn.Network: PyTorch's state dictionaries (.th,
// .pt, .pth) in the old form and the zip form, safetensors, and NumPy's npz. Package
// export writes the last two.
//
// Nothing in a file is executed. A state dictionary is a pickle, a program for a
// small stack machine; the one here knows the operations that build dictionaries,
// lists, tuples, strings and numbers, and the few functions that PyTorch calls for
// a tensor. Anything else is an error that names it.
//
// The numbers are views of the file's content, which is in memory once. Besides, a
// hostile pickle allocates at most 32 bytes for each of the file's first 4 MiB, and
// the header of a safetensors file, which may have 2 MiB, 80 times its length.
package weightfile
