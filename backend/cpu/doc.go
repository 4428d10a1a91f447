// Package cpu is a GoMLX backend (compute.Backend) for the processor, in Go alone.
//
// Every operation is recorded with its shapes and with a function that records it on
// another backend. Compile turns the recording into a program: it folds constants, merges
// common subexpressions, drops dead code, fuses element-wise chains with the reductions at
// their ends, and turns reshapes into views. Values that are not needed at the same time
// share memory in one arena, and donated inputs are updated in place.
//
// The operations that training spends its time in have kernels here. A registry finds
// them by operation, so that making an operation faster means adding one file. Every other
// operation and data type runs as a program of that one operation on GoMLX's own backend,
// "go:ops_sequential". Explain describes a compiled program.
//
// Work is divided into tasks by shapes alone, never by the number of workers, so that
// results have the same bits for any number of workers.
//
// The backend registers itself as "cpu"; its option is workers=N, as in
// "cpu:workers=2".
package cpu
