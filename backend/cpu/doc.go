// Package cpu is a GoMLX backend (compute.Backend) for the processor, in Go alone.
//
// Every operation is recorded with its shapes and with how to replay it. Compile
// turns what was recorded into a program: constants are folded, common
// subexpressions merged, dead code dropped, element-wise chains and the reductions
// at their ends fused, reshapes made free, and all values that never live together
// share one arena; donated inputs are updated in place. Operations that training
// lives on have kernels here (a kernel is found by its operation in one registry, so
// making an operation faster is adding one file); every other operation and data
// type runs as a program of that one operation on GoMLX's own backend, in the form
// "go:ops_sequential", built once. Explain prints what a program has become.
//
// Work is cut into tasks by shapes alone, never by the number of workers, so
// results are the same bits for any number of workers.
//
// The backend registers itself as "cpu"; its option is workers=N, as in
// "cpu:workers=2".
package cpu
