package backend

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
)

func init() {
	drivers.Register("go", driver{module: "github.com/gomlx/compute", open: openGo})
}

// openGo starts GoMLX's own backend. Operations run one after another: in parallel
// they wait for each other's worker slots for ever in networks with branches.
func openGo(option string) (compute.Backend, error) {
	if option == "" {
		option = "ops_sequential"
	}
	opened, err := gobackend.New(option)
	if err != nil {
		return nil, fmt.Errorf("backend go:%s: %w", option, err)
	}
	return opened, nil
}
