// Package live shows the progress of long work while it runs: in one line on the
// terminal, in one line of a GoNB notebook's cell, and nowhere else. The line names
// every task that is under way with its rate and the time left.
package live
