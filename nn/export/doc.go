// Package export writes networks with their weights and masks for other programs:
// safetensors and NumPy's npz, which package weightfile reads back bit for bit, and
// ONNX, which holds the whole network.
//
// In all of these weights have PyTorch's names and layouts: convolutions [out, in/groups,
// height, width], linear layers [out, in]. Masks are written too, as arrays called
// NAME.mask, or in ONNX as metadata.
package export
