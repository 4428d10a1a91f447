// Package hugepage asks the operating system to back large blocks of memory with large
// pages, on Linux of 2 MiB. Tensors of megabytes then take few entries of the processor's
// translation buffers, and touching new memory causes few page faults. A system that
// does not grant them only makes programs slower.
package hugepage
