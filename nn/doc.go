// Package nn has networks as values: a Network is a directed graph of layers with
// shapes, and everything that needs to look inside a network reads that one value.
//
// From a Network come the GoMLX graph that trains it (Build), its parameters and their
// initial values (Parameters, Initialize), what it costs (CostOf), and the smaller
// Network without the channels that a mask removes (Shrink). The zoo has the networks
// of the papers. Layout is NHWC throughout: activations are [batch, height, width,
// channels], convolution weights [height, width, channels in / groups, channels out],
// linear weights [in, out].
package nn
