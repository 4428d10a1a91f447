package kernels

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// How long to wait for what a kernel usually does at once.
const (
	startPatience    = 2 * time.Minute // a kernel's first start reads from a cold disk
	askAgain         = 500 * time.Millisecond
	idlePatience     = 2 * time.Second // for the last outputs after a cell's reply; later ones are not lost
	shutdownPatience = 3 * time.Second
	startAttempts    = 3
)

// session is a running kernel and the conversation with it.
type session struct {
	process *process
	client  *client
	scratch string // folder of the connection file, the log and the kernel's own temporary files
}

// sessionOptions says how a kernel is started.
type sessionOptions struct {
	spec        Spec
	folder      string   // the working directory
	environment []string // KEY=value, over the specification's
}

// startSession starts a kernel and waits until it answers.
func startSession(ctx context.Context, o sessionOptions) (*session, error) {
	// A program that does not call Intercept would start itself as a kernel again and again.
	if os.Getenv(launcherVariable) != "" {
		return nil, errors.New("this program was started as a notebook's kernel, but its main function does not begin with kernels.Intercept")
	}
	ctx, cancel := context.WithTimeoutCause(ctx, startPatience, fmt.Errorf("no answer within %v", startPatience))
	defer cancel()
	for attempt := 1; ; attempt++ {
		s, err := tryStart(ctx, o)
		// Another program may take a port after newConnection has found it free and
		// before the kernel listens on it.
		if err == nil || attempt == startAttempts || !strings.Contains(err.Error(), "address already in use") {
			return s, err
		}
	}
}

func tryStart(ctx context.Context, o sessionOptions) (_ *session, err error) {
	where, err := newConnection()
	if err != nil {
		return nil, err
	}
	s := &session{}
	if s.scratch, err = os.MkdirTemp("", "espalier-kernel-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.stop())
		}
	}()
	// GoNB knows its identifier from a name of this form.
	file := filepath.Join(s.scratch, fmt.Sprintf("kernel-%x.json", rand.Text()))
	if err := where.write(file); err != nil {
		return nil, err
	}
	if s.process, err = start(o.command(ctx, file, s.scratch), filepath.Join(s.scratch, "kernel.log")); err != nil {
		return nil, err
	}
	ctx, cancel := s.whileAlive(ctx)
	defer cancel()
	if s.client, err = dial(ctx, where); err != nil {
		return nil, err
	}
	return s, s.ready(ctx)
}

// command returns the kernel's command for a connection file. What the kernel and
// its cells write to the temporary folder goes to scratch, which is removed at the
// end, however that comes.
func (o sessionOptions) command(ctx context.Context, file, scratch string) *exec.Cmd {
	args := make([]string, len(o.spec.Argv))
	for i, arg := range o.spec.Argv {
		args[i] = strings.ReplaceAll(arg, connectionArgument, file)
	}
	// The end of the context must not kill the kernel alone: stop ends the whole group of
	// processes.
	command := exec.CommandContext(context.WithoutCancel(ctx), args[0], args[1:]...)
	command.Dir = o.folder
	command.Env = os.Environ()
	for key, value := range o.spec.Env {
		command.Env = append(command.Env, key+"="+value)
	}
	command.Env = append(command.Env, o.environment...)
	command.Env = append(command.Env, "TMPDIR="+scratch, launcherVariable+"="+scratch)
	return command
}

// whileAlive returns a context that ends when the kernel's process does.
func (s *session) whileAlive(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-s.process.done:
			cancel(s.death())
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

func (s *session) death() error {
	return fmt.Errorf("%w: %s", ErrKernelDied, s.process.ending())
}

// ready waits until the kernel has answered a request on the shell channel and a message
// about that request has come on the broadcast channel: from then on no output is missed.
// What is broadcast before the subscription reaches the kernel is lost, so the request is
// repeated until both have come.
func (s *session) ready(ctx context.Context) error {
	asked := map[string]bool{}
	var answered, heard bool
	again := time.NewTimer(0)
	defer again.Stop()
	for !answered || !heard {
		select {
		case <-again.C:
			id, err := s.client.ask("kernel_info_request", struct{}{})
			if err != nil {
				return s.failure(ctx, err)
			}
			asked[id] = true
			again.Reset(askAgain)
		case m, open := <-s.client.shell:
			if !open {
				return s.failure(ctx, errors.New("the kernel hung up"))
			}
			answered = answered || asked[m.Parent.ID]
		case m, open := <-s.client.iopub:
			if !open {
				return s.failure(ctx, errors.New("the kernel hung up"))
			}
			heard = heard || asked[m.Parent.ID]
		case <-ctx.Done():
			return s.failure(ctx, nil)
		}
	}
	return nil
}

// failure says why the kernel cannot be talked to: the cause, if it is known, in place of
// the error that it led to.
func (s *session) failure(ctx context.Context, err error) error {
	if s.process.within(askAgain) {
		err = s.death()
	} else if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if dropped := s.client.dropped.Load(); dropped > 0 {
		err = fmt.Errorf("%w (%d messages with a wrong signature or form were dropped)", err, dropped)
	}
	return fmt.Errorf("start the kernel: %w", err)
}

// reply is what the kernel answered to an execute_request.
type reply struct {
	Status    string   `json:"status"`
	Count     int      `json:"execution_count"`
	Name      string   `json:"ename"`
	Value     string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

// limits bound the execution of one cell.
type limits struct {
	cell  time.Duration // how long it may run
	grace time.Duration // how long it may go on after it was interrupted
}

// submit has the kernel execute code, and returns the request's identifier.
func (s *session) submit(code string) (string, error) {
	return s.client.ask("execute_request", map[string]any{
		"code": code, "silent": false, "store_history": true, "allow_stdin": false,
		"user_expressions": struct{}{}, "stop_on_error": true,
	})
}

// await waits until the request is done. Every broadcast message goes to heard. An error of
// heard, the end of the context and the end of the cell's time interrupt the cell. The
// error is nil if the kernel replied without that, even if it replied that the cell
// failed; after an error the kernel cannot be used any more.
func (s *session) await(ctx context.Context, id string, limits limits, heard func(message) error) (reply, error) {
	run := execution{session: s, id: id, heard: heard, limits: limits}
	return run.wait(ctx)
}

// execution is the wait for one cell.
type execution struct {
	session *session
	id      string
	heard   func(message) error
	limits  limits

	answer  *reply
	idle    bool
	cause   error // why the cell was interrupted
	timeout *time.Timer
}

func (e *execution) wait(ctx context.Context) (reply, error) {
	e.timeout = time.NewTimer(e.limits.cell)
	defer e.timeout.Stop()
	cancelled := ctx.Done()
	for !e.finished() {
		select {
		case m, open := <-e.session.client.shell:
			if !open {
				return reply{}, e.hungUp()
			}
			e.replied(m)
		case m, open := <-e.session.client.iopub:
			if !open {
				return reply{}, e.hungUp()
			}
			e.broadcast(m)
		case <-cancelled:
			cancelled = nil
			e.interrupt(context.Cause(ctx))
		case <-e.timeout.C:
			switch {
			case e.cause != nil: // the grace is over
				return reply{}, e.cause
			case e.answer != nil: // only the broadcast that it is idle is lost
				return *e.answer, nil
			}
			e.interrupt(fmt.Errorf("%w: it was interrupted after %v", ErrTimeout, e.limits.cell))
		}
	}
	return *e.answer, e.cause
}

func (e *execution) finished() bool { return e.answer != nil && e.idle }

func (e *execution) replied(m message) {
	if m.Parent.ID != e.id || m.Header.Type != "execute_reply" {
		return
	}
	e.answer = &reply{}
	if err := json.Unmarshal(m.Content, e.answer); err != nil {
		*e.answer = reply{Status: "error", Name: "protocol", Value: fmt.Sprintf("the kernel's reply cannot be read: %v", err)}
	}
	e.timeout.Reset(idlePatience)
}

func (e *execution) broadcast(m message) {
	if err := e.heard(m); err != nil {
		e.interrupt(err)
	}
	if m.Parent.ID != e.id {
		return
	}
	if e.answer != nil {
		e.timeout.Reset(idlePatience)
	}
	if m.Header.Type == "status" && executionState(m) == "idle" {
		e.idle = true
	}
}

// interrupt asks the kernel to stop the cell, once.
func (e *execution) interrupt(cause error) {
	if e.cause != nil {
		return
	}
	e.cause = cause
	e.timeout.Reset(e.limits.grace)
	if err := e.session.client.command("interrupt_request", struct{}{}); err != nil {
		e.cause = errors.Join(cause, err)
	}
}

// hungUp returns the reason why the kernel hung up in the middle of a cell.
func (e *execution) hungUp() error {
	if e.cause != nil {
		return e.cause
	}
	if !e.session.process.within(shutdownPatience) {
		return errors.New("the kernel hung up")
	}
	for m := range e.session.client.iopub {
		// What it said last; a limit it breaks does not matter any more.
		_ = e.heard(m)
	}
	return e.session.death()
}

func executionState(m message) string {
	var content struct {
		State string `json:"execution_state"`
	}
	if err := json.Unmarshal(m.Content, &content); err != nil {
		return ""
	}
	return content.State
}

// shutdown asks the kernel to end, and passes on what it broadcasts until then.
func (s *session) shutdown(heard func(message) error) {
	if s.client.command("shutdown_request", map[string]bool{"restart": false}) != nil {
		return
	}
	patience := time.After(shutdownPatience)
	for {
		select {
		case m, open := <-s.client.iopub:
			if !open {
				return
			}
			_ = heard(m) // too late for a limit
		case <-s.process.done:
			return
		case <-patience:
			return
		}
	}
}

// stop ends the kernel and everything that it has started, and removes the scratch folder.
func (s *session) stop() error {
	if s.process != nil {
		s.process.stop(shutdownPatience)
	}
	if s.client != nil {
		s.client.close()
	}
	return removeAll(s.scratch)
}

// removeAll removes a folder into which processes that are being killed may still
// be writing.
func removeAll(folder string) error {
	for range 50 {
		if os.RemoveAll(folder) == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return os.RemoveAll(folder)
}
