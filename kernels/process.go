package kernels

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// process is a running program with all processes that it has started.
type process struct {
	command *exec.Cmd
	log     string        // the file with its output
	done    chan struct{} // closed when the program's first process has ended
	err     error         // how it ended, once done is closed
}

// start runs a command in a group of processes of its own, its output in a file.
func start(command *exec.Cmd, log string) (*process, error) {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	command.Stdout, command.Stderr = file, file
	ownGroup(command)
	p := &process{command: command, log: log, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		// On Linux the child is signalled when the thread that started it ends, see
		// dieWithParent, so the thread must live as long as the child.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := command.Start()
		started <- err
		if err == nil {
			p.err = command.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(command.Path), err)
	}
	return p, nil
}

// within waits until the program has ended, but no longer than patience, and reports
// whether it has.
func (p *process) within(patience time.Duration) bool {
	select {
	case <-p.done:
		return true
	case <-time.After(patience):
		return false
	}
}

// stop ends the program and everything that it has started: it asks them to end, and after
// patience kills those that are left.
func (p *process) stop(patience time.Duration) {
	if !p.within(0) {
		terminateGroup(p.command.Process)
		p.within(patience)
	}
	killGroup(p.command.Process)
	<-p.done
}

// ending describes how the program ended, with the last lines of its output.
func (p *process) ending() string {
	state := "exit status 0"
	if p.err != nil {
		state = p.err.Error()
	}
	if said := p.tail(); said != "" {
		return state + "\n" + lastLines(said, 12)
	}
	return state
}

// tail returns the end of what the program wrote.
func (p *process) tail() string {
	file, err := os.Open(p.log)
	if err != nil {
		return ""
	}
	defer file.Close()
	const most = 16 << 10
	if info, err := file.Stat(); err == nil && info.Size() > most {
		if _, err := file.Seek(-most, io.SeekEnd); err != nil {
			return ""
		}
	}
	content, err := io.ReadAll(io.LimitReader(file, most))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(content))
}

// lastLines returns the last lines of a text.
func lastLines(text string, count int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-count):], "\n")
}
