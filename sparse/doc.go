// Package sparse compiles networks whose weights are mostly zero into programs that
// exploit this.
//
// Compile takes a Network, its weights and a mask. It folds batch norm into the
// convolution before it, fuses activations and residual sums into the layer that
// computes their input, removes unused channels, and gives each layer the form that
// measures fastest on this machine. A program that does not beat the dense one is not
// used.
//
// In a sparse program 16 images are stored side by side, so that each nonzero weight
// multiplies a whole vector, and no work is done for the others; with few images,
// pixels of one image take their place (see layout). A layer then consists of weighted
// sums of shifted pixels, which package simd calls a stencil.
package sparse
