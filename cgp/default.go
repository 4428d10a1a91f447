package cgp

import "cmp"

// or is an option's value where leaving something out is one of its values: 0 stands for
// the paper's, and what is below 0, gnn.None as a rule, for none.
func or(value, papers float64) float64 { return max(0, cmp.Or(value, papers)) }
