//go:build unix && !linux

package kernels

import "syscall"

// dieWithParent does nothing where the system has nothing like it.
func dieWithParent(*syscall.SysProcAttr) {}
