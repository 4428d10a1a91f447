// Package backend is the one place that chooses the GoMLX backend on which everything
// runs: the one that is named, else the one that ESPALIER_BACKEND names, else the
// default.
//
// The default, "cpu", is the project's own and needs nothing installed; see package
// backend/cpu. "go" is GoMLX's own backend with its operations run one after another,
// because with operations in parallel it deadlocks while it trains networks with
// branches; it is what cpu is tested against. "xla" needs cgo, so only the build tag
// xla compiles it in; it loads the PJRT plugin that `make xla` installs and never
// downloads anything by itself.
package backend
