//go:build unix

package kernels

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup makes a command the first process of a new group, so that it and all that it
// starts can be signalled together, and an interrupt at the terminal reaches only this
// process.
func ownGroup(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(command.SysProcAttr)
}

// Signals to a group that has no process left fail, which is what is wanted.

func terminateGroup(leader *os.Process) { _ = syscall.Kill(-leader.Pid, syscall.SIGTERM) }

func killGroup(leader *os.Process) { _ = syscall.Kill(-leader.Pid, syscall.SIGKILL) }

// replace makes this process run another program.
func replace(path string, args, environment []string) error {
	return syscall.Exec(path, args, environment)
}
