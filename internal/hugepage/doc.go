// Package hugepage asks the system for large pages behind large blocks of memory.
// Tensors of megabytes then take few entries of the processor's translation buffers,
// and new memory few faults. If the system does not grant them, only the time changes.
package hugepage
