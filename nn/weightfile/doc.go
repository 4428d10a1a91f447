// Package weightfile reads trained weights that other programs have written, and puts them
// into the layout of an nn.Network. It reads PyTorch's state dictionaries (.th, .pt, .pth)
// in the old form and the zip form, safetensors, and NumPy's npz. Package export writes
// the last two.
//
// Nothing in a file is executed. A state dictionary is a pickle, a program for a small
// stack machine. The machine here knows the operations that build dictionaries, lists,
// tuples, strings and numbers, and the few functions that PyTorch calls for a tensor.
// Anything else is an error that names it.
//
// Tensors are views of the file's content, which is in memory once. Besides that, a hostile
// pickle can allocate at most 32 bytes for each of the file's first 4 MiB, and a header of
// a safetensors file, of at most 2 MiB, 80 times its length.
package weightfile
