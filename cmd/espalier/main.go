// Espalier finds out which parts of a neural network are needed: it trains, prunes and
// measures networks, keeps every result, and shows them beside the published ones.
package main

import (
	"os"

	"espalier/kernels"
)

func main() {
	if status, intercepted := kernels.Intercept(os.Args); intercepted {
		os.Exit(status)
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
