// Package hugepage asks the system for large pages behind large blocks of memory.
// Tensors of megabytes then take few entries of the processor's translation buffers,
// and new memory few faults. What is not granted changes nothing but the time.
package hugepage
