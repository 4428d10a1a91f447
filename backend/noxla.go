//go:build !xla

package backend

import "github.com/gomlx/compute"

func init() {
	drivers.Register("xla", driver{module: "github.com/gomlx/go-xla", open: missingXLA})
}

func missingXLA(string) (compute.Backend, error) {
	return nil, &MissingError{
		Name: "xla",
		Why:  "this program was built without it",
		How:  "run `make xla`, which installs its plugin and builds with -tags xla (it needs a C compiler)",
	}
}
