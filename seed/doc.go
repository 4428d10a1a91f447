// Package seed is the one source of randomness: a run has one Seed, and whatever
// in it needs random numbers draws them from a stream that has a name.
//
// Streams with different names are independent, so drawing more numbers for one
// purpose never moves another; and a stream can be opened anywhere in any order,
// so what is drawn does not depend on the number of workers nor on where a run
// was resumed.
package seed
