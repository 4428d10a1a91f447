// Package gnn has graph networks on GoMLX: message passing, the networks that the
// literature compares, and their training on the nodes of one graph.
//
// Message passing is one primitive. A Pattern says where a sparse matrix has elements;
// in a GoMLX graph it is a Sparse, whose Multiply is the product with a dense matrix,
// differentiable with respect to that matrix and to the elements' values. Where the
// backend can avoid it, no matrix with a row for each edge and the width of a layer is
// built. Sparse features stay sparse: they too are a Pattern, and the first layer
// multiplies them by its weight before anything else.
//
// A Network is a plain value, each type in a file of its own; it provides its
// parameters and the GoMLX graph of its logits. An Insertion is what pruning puts
// between a network and its graph, features and weights: values on edges, gates on
// features, masks on weights, each of which may be learned. A Program is a network
// compiled for one graph; Train runs one from its initial weights to where its paper
// stops.
//
// LabelPropagation and CorrectAndSmooth need no training; they compute on plain slices.
package gnn
