// Package gnn has graph networks on GoMLX: message passing, the networks that the
// literature compares, and their training on the nodes of one graph.
//
// Message passing is one primitive. A Pattern says where a sparse matrix has elements;
// in a GoMLX graph it is a Sparse, whose Multiply is the product with a dense matrix,
// differentiable by that matrix and by the elements' values. Nothing as long as the
// edges and as wide as a layer is made where the backend can avoid it. Features that
// are sparse stay so: they too are a Pattern, and the first layer multiplies them by
// its weight before anything else.
//
// A Network is a plain value, one file each; from it come its parameters and the
// graph of its logits. What stands between a network and its graph, features and
// weights while they are pruned is an Insertion: values on edges, gates on features,
// masks on weights, each perhaps learned. A Program is a network compiled for one
// graph; Train runs one from its initial weights to where its paper stops.
//
// LabelPropagation and CorrectAndSmooth train nothing; they run on plain numbers.
package gnn
