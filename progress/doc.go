// Package progress is what long work tells about how far it is. Package live shows
// it to a person.
package progress
