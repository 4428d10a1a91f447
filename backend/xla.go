//go:build xla

package backend

import (
	"fmt"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
)

func init() {
	drivers.Register("xla", driver{module: "github.com/gomlx/go-xla", open: openXLA})
}

// openXLA loads a PJRT plugin by its path, so that only the folders that Plugin
// searches are ever looked at.
func openXLA(option string) (compute.Backend, error) {
	kind, rest, _ := strings.Cut(option, ",")
	if kind == "" {
		kind = "cpu"
	}
	path, err := Plugin(kind)
	if err != nil {
		return nil, err
	}
	config := path
	if kind == "cpu" {
		config += ",shared_buffers"
	}
	if rest != "" {
		config += "," + rest
	}
	opened, err := xla.New(config)
	if err != nil {
		return nil, fmt.Errorf("backend xla:%s with plugin %s: %w", option, path, err)
	}
	return opened, nil
}
