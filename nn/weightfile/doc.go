// Package weightfile reads trained weights that other programs have written, and
// puts them into the order of an nn.Network: PyTorch's state dictionaries (.th,
// .pt, .pth) in the old form and the zip form, and safetensors.
//
// Nothing in a file is executed. A state dictionary is a pickle, a program for a
// small stack machine; the one here knows the operations that build dictionaries,
// lists, tuples, strings and numbers, and the few functions that PyTorch calls for
// a tensor. Anything else is an error that names it. A hostile file costs at most
// its size once more and 128 bytes for each of its operations, of which there are
// at most 1,048,576 and at most half as many as it has bytes.
package weightfile
