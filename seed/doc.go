// Package seed is the one source of randomness: a run has one Seed, and everything in
// it that needs random numbers draws them from a named stream.
//
// Streams with different names are independent, so drawing more numbers for one purpose
// never affects another; and streams can be opened anywhere and in any order, so what
// is drawn depends neither on the number of workers nor on where a run was resumed.
package seed
