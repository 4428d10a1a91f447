// Package progress is the interface through which long work reports how far it is.
// Package live shows this to a person.
package progress
