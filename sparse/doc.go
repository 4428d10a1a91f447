// Package sparse compiles networks whose weights are mostly zero into programs that
// exploit this.
//
// Compile takes a network, its weights and a mask. It folds batch norm into the
// convolution before it, fuses activations and residual sums into the layer that
// computes their input, removes unused channels, and gives each layer the form that
// measures fastest on this machine. A sparse program that is slower than the dense one is
// not used.
//
// In a sparse program 16 images are stored side by side, so that each nonzero weight
// multiplies a whole vector, and weights of zero cost nothing. If there are only a few
// images, 16 pixels of one image form a vector instead (see layout). A layer then consists
// of weighted sums of shifted pixels, which package simd calls a stencil.
package sparse
