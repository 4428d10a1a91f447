package kernels

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
)

func ownGroup(*exec.Cmd) {}

func terminateGroup(leader *os.Process) { killGroup(leader) }

// killGroup ends a process and its descendants.
func killGroup(leader *os.Process) {
	// It fails where nothing is left to end, which is what is wanted.
	_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(leader.Pid)).Run()
}

// replace runs another program and exits as it does: Windows cannot exchange the
// program of a process.
func replace(path string, args, environment []string) error {
	command := exec.Command(path, args[1:]...)
	command.Env = environment
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return err
	}
	os.Exit(command.ProcessState.ExitCode())
	return nil
}
