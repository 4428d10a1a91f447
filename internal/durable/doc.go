// Package durable writes files that are either whole or not there.
//
// A file gets a temporary name in its own folder, is written, synced, renamed to
// its final name, and the folder is synced; whoever reads never sees half of it,
// and after a crash the file that was there before is still there. The operating
// system is reached through FS, so that tests can make any single call fail.
package durable
