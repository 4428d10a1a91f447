package backend

import (
	"fmt"

	"github.com/gomlx/compute"

	"espalier/backend/cpu"
)

func init() {
	drivers.Register("cpu", driver{module: "espalier", open: openCPU})
}

// openCPU starts the project's own backend.
func openCPU(option string) (compute.Backend, error) {
	opened, err := cpu.New(option)
	if err != nil {
		return nil, fmt.Errorf("backend cpu:%s: %w", option, err)
	}
	return opened, nil
}
