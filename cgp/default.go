package cgp

import "cmp"

// or returns the value of an option that can be turned off: 0 stands for the paper's
// value, and a value below 0, usually gnn.None, for none.
func or(value, papers float64) float64 { return max(0, cmp.Or(value, papers)) }
