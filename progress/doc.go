// Package progress shows how far long work is: on a terminal as a bar with rate
// and time left, in a GoNB notebook as one line updated in place, and nowhere else.
package progress
