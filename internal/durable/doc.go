// Package durable writes files that are either whole or not there.
//
// A file is written under a temporary name in its own folder, synced and renamed to its
// final name; then the folder is synced. A reader never sees half of a file, and after a
// crash either the previous file or the new one is there. The operating system is
// reached through FS, so that tests can make any single call fail.
package durable
