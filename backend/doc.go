// Package backend is the one place that chooses on which GoMLX backend everything
// runs: the one that was named, then the one that ESPALIER_BACKEND names, then
// the default.
//
// The default, "cpu", is the project's own and needs nothing installed; see
// package backend/cpu. "go" is GoMLX's own backend with its operations run one
// after another, because with operations in parallel it deadlocks while it trains
// networks with branches; it is what cpu is tested against. "xla" is compiled in by
// the build tag xla alone, since it needs cgo, and loads the PJRT plugin that `make
// xla` installs; it never downloads anything by itself.
package backend
