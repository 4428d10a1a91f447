//go:build xla

package backend

import (
	"fmt"
	"os"
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
		if err := withoutXNNPACK(); err != nil {
			return nil, fmt.Errorf("backend xla:%s: %w", option, err)
		}
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

// withoutXNNPACK sets the flag, unless the user has, by which XLA multiplies without
// XNNPACK. With it a product keeps its second matrix in packed form and takes it for the
// same as long as its address is: a network evaluated again after steps of training,
// whose weights lie where earlier ones lay, would answer with those.
func withoutXNNPACK() error {
	const variable, flag = "XLA_FLAGS", "--xla_cpu_use_xnnpack"
	flags := os.Getenv(variable)
	if strings.Contains(flags, flag) {
		return nil
	}
	return os.Setenv(variable, strings.TrimSpace(flags+" "+flag+"=false"))
}
