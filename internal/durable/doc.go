// Package durable writes files that are either whole or not there.
//
// A file gets a temporary name in its own folder, is written, synced, renamed to its
// final name, and the folder is synced; a reader never sees half of it, and after a
// crash the previous file is still there. The operating system is reached through FS,
// so that tests can make any single call fail.
package durable
