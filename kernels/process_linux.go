package kernels

import "syscall"

// dieWithParent has the kernel of the operating system terminate the child when we
// are killed, when nobody is left to do so.
func dieWithParent(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGTERM }
