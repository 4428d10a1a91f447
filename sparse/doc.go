// Package sparse compiles networks whose weights are mostly zero into programs that
// are faster for it.
//
// Compile takes a Network, its weights and a mask. It folds batch norm into the
// convolution before it, fuses activations and residual sums into the layer that
// computes their input, removes channels without use, and gives each layer the form
// that measures fastest on this machine. A program that does not beat the dense one is
// not taken.
//
// In a sparse program 16 images lie side by side, so that each weight that is not
// zero is one number times a vector, and no work is done for the others; where there
// are few images, the pixels of one do (see layout). A layer is then the weighted sums
// of shifted pixels that package simd calls a stencil.
package sparse
