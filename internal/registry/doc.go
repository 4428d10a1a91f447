// Package registry keeps the methods of one kind, such as scores or networks, by name.
//
// A kind has one Registry, in a variable of its package; each method registers itself in
// an init function of its own file. Names are listed in alphabetical order, so that the
// order of initialisation has no influence on anything.
package registry
