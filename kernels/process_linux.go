package kernels

import "syscall"

// dieWithParent makes Linux terminate the child when this process ends, even if it is
// killed and cannot do so itself.
func dieWithParent(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGTERM }
