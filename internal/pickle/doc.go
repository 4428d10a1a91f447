// Package pickle reads Python's pickles, protocols 2 to 5, without Python and without
// running anything: a Machine knows the operations that build values, and calls only
// the Go functions that a Language has for the names to which a pickle refers. Every
// other name is refused.
//
// A pickle builds values of the types nil, bool, int, float64, string, Bytes, Wide,
// Tuple, *List, *Dictionary, Global and whatever the functions return. A machine never
// walks through values that refer to each other, so neither depth nor repeated
// references cost anything. Its memory is bounded by the number of operations that it
// may run.
package pickle
