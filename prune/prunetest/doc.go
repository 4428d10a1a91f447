// Package prunetest is the conformance suite for pruning methods: what must hold
// for every function that takes weights and a mask and returns a smaller mask,
// whatever it looks at. A method's test is
//
//	func TestConformance(t *testing.T) {
//		prunetest.Run(t, mymethod.Prune)
//	}
//
// The suite runs each Property over each Case: several networks, masks already
// sparse or dense, weights with many ties, every allocation and count, layers
// spared or not.
package prunetest
