package kernels

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

// fakeSpec returns the specification of a kernel that behaves as its mode says when
// it starts, and after that as each cell says; see fakeKernel.execute.
func fakeSpec(t *testing.T, mode string) Spec {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Spec{
		Argv:     []string{program, "fake-kernel", mode, connectionArgument},
		Language: language, InterruptMode: "message",
		// The race detector makes programs linger for a second at their end.
		Env: map[string]string{"GORACE": "atexit_sleep_ms=0"},
	}
}

// fakeKernel is a kernel without a compiler, to try what a real one does seldom.
type fakeKernel struct {
	codec                codec
	mode                 string
	shell, control, news zmq4.Socket
	mu                   sync.Mutex // of sends
	interrupts           chan struct{}
	stop                 context.CancelFunc
	count                int
	late                 func() // what the cell before said too late; may be nil
}

// serveFake is the fake kernel's main. Modes: normal; exit (it ends at once); silent
// (it listens and never answers); forged (it signs with another key); slow (it
// listens late).
func serveFake(mode, file string) error {
	if mode == "exit" {
		return errors.New("no wish to live")
	}
	encoded, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var where connection
	if err := json.Unmarshal(encoded, &where); err != nil {
		return err
	}
	if mode == "slow" {
		time.Sleep(400 * time.Millisecond)
	}
	if mode == "forged" {
		where.Key = "another"
	}
	ctx, stop := context.WithCancel(context.Background())
	k := &fakeKernel{
		codec: codec{key: []byte(where.Key), session: "fake"}, mode: mode, stop: stop,
		shell: zmq4.NewRouter(ctx), control: zmq4.NewRouter(ctx), news: zmq4.NewPub(ctx),
		interrupts: make(chan struct{}, 1),
	}
	for socket, port := range map[zmq4.Socket]int{k.shell: where.Shell, k.control: where.Control, k.news: where.IOPub} {
		if err := socket.Listen(where.address(port)); err != nil {
			return err
		}
	}
	go k.serve(k.shell)
	go k.serve(k.control)
	<-ctx.Done()
	time.Sleep(20 * time.Millisecond) // for what was sent last
	return nil
}

func (k *fakeKernel) serve(socket zmq4.Socket) {
	for {
		frames, err := socket.Recv()
		if err != nil {
			return
		}
		m, err := k.codec.decode(frames.Frames)
		if k.mode == "forged" {
			// It cannot check what was signed with the right key.
			m, err = codec{}.decodeUnsigned(frames.Frames)
		}
		if err != nil || k.mode == "silent" {
			continue
		}
		switch m.Header.Type {
		case "interrupt_request":
			select {
			case k.interrupts <- struct{}{}:
			default:
			}
		case "shutdown_request":
			k.stop()
		case "kernel_info_request":
			k.tell(m, "status", map[string]string{"execution_state": "busy"})
			k.reply(m, "kernel_info_reply", map[string]string{"status": "ok"})
			k.tell(m, "status", map[string]string{"execution_state": "idle"})
		case "execute_request":
			k.executeAll(m)
		}
	}
}

// decodeUnsigned reads a message without a look at the signature.
func (codec) decodeUnsigned(frames [][]byte) (message, error) {
	var m message
	for i, frame := range frames {
		if string(frame) == string(delimiter) && len(frames) > i+5 {
			m.identities = frames[:i]
			return m, json.Unmarshal(frames[i+2], &m.Header)
		}
	}
	return m, errors.New("no message")
}

func (k *fakeKernel) send(socket zmq4.Socket, to message, kind string, content any) {
	m, err := k.codec.request(kind, content)
	if err != nil {
		panic(err)
	}
	m.Parent, m.identities = to.Header, to.identities
	frames, err := k.codec.encode(m)
	if err != nil {
		panic(err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := socket.SendMulti(zmq4.NewMsgFrom(frames...)); err != nil {
		fmt.Fprintln(os.Stderr, "send:", err)
	}
}

func (k *fakeKernel) reply(to message, kind string, content any) { k.send(k.shell, to, kind, content) }
func (k *fakeKernel) tell(to message, kind string, content any)  { k.send(k.news, to, kind, content) }

func (k *fakeKernel) print(to message, stream, text string) {
	k.tell(to, "stream", map[string]string{"name": stream, "text": text})
}

func (k *fakeKernel) executeAll(m message) {
	var request struct {
		Code string `json:"code"`
	}
	if err := json.Unmarshal(m.Content, &request); err != nil {
		panic(err)
	}
	k.count++
	if k.late != nil {
		k.late()
		k.late = nil
	}
	k.tell(m, "status", map[string]string{"execution_state": "busy"})
	k.tell(m, "execute_input", map[string]any{"execution_count": k.count, "code": request.Code})
	answer := map[string]any{"status": "ok", "execution_count": k.count}
	idle := true
	for line := range strings.Lines(request.Code) {
		word, argument, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "no-idle":
			idle = false
		case "garbled":
			k.reply(m, "execute_reply", []string{"what"})
			answer = nil
		default:
			if err := k.execute(m, word, argument); err != nil {
				trace := []string{"\x1b[31m" + err.Error() + "\x1b[0m"}
				k.tell(m, "error", map[string]any{"ename": "ERROR", "evalue": err.Error(), "traceback": trace})
				answer = map[string]any{"status": "error", "execution_count": k.count, "ename": "ERROR", "evalue": err.Error(), "traceback": trace}
			}
		}
	}
	if answer != nil {
		k.reply(m, "execute_reply", answer)
	}
	if idle {
		k.tell(m, "status", map[string]string{"execution_state": "idle"})
	}
}

// execute does what one line of a cell says.
func (k *fakeKernel) execute(m message, word, argument string) error {
	display := func(kind, id string) {
		k.tell(m, kind, map[string]any{
			"data": map[string]any{"text/plain": argument}, "metadata": map[string]any{},
			"transient": map[string]any{"display_id": id},
		})
	}
	switch word {
	case "print":
		k.print(m, "stdout", argument+"\n")
	case "warn":
		k.print(m, "stderr", argument+"\n")
	case "bar":
		k.print(m, "stdout", "\r"+argument)
	case "display":
		display("display_data", "a")
	case "update":
		display("update_display_data", "a")
	case "result":
		k.tell(m, "execute_result", map[string]any{"execution_count": k.count, "data": map[string]any{"text/plain": argument}, "metadata": map[string]any{}})
	case "clear":
		k.tell(m, "clear_output", map[string]bool{"wait": argument == "wait"})
	case "fail":
		return errors.New(argument)
	case "die":
		fmt.Fprintln(os.Stderr, "a branch fell:", argument)
		time.Sleep(20 * time.Millisecond) // for what was sent last
		os.Exit(7)
	case "hang":
		select {}
	case "sleep":
		<-k.interrupts
		return errors.New("interrupted")
	case "forge":
		forger := fakeKernel{codec: codec{key: []byte("another")}, news: k.news}
		forger.print(m, "stdout", argument)
	case "flood":
		for k.print(m, "stdout", strings.Repeat("x", 1<<12)); len(k.interrupts) == 0; k.print(m, "stdout", strings.Repeat("x", 1<<12)) {
		}
		<-k.interrupts
	case "late":
		k.late = func() { k.print(m, "stdout", argument+"\n") }
	case "spawn":
		command := exec.Command("sleep", "1000")
		if err := command.Start(); err != nil {
			return err
		}
		k.print(m, "stdout", fmt.Sprint(command.Process.Pid))
	case "leave":
		file, err := os.CreateTemp("", "left-")
		if err != nil {
			return err
		}
		k.print(m, "stdout", file.Name())
	case "folder":
		folder, err := os.Getwd()
		if err != nil {
			return err
		}
		k.print(m, "stdout", folder+" "+os.Getenv(argument))
	default:
		return fmt.Errorf("no such word: %q", word)
	}
	return nil
}
