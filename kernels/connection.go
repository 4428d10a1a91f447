package kernels

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-zeromq/zmq4"
)

// connection is the content of a connection file, which tells a kernel where to listen.
type connection struct {
	IP        string `json:"ip"`
	Transport string `json:"transport"`
	Scheme    string `json:"signature_scheme"`
	Key       string `json:"key"`
	Kernel    string `json:"kernel_name"`
	Shell     int    `json:"shell_port"`
	Control   int    `json:"control_port"`
	IOPub     int    `json:"iopub_port"`
	Stdin     int    `json:"stdin_port"`
	Heartbeat int    `json:"hb_port"`
}

// newConnection picks a key and five ports of the loopback interface that are free
// now.
func newConnection() (connection, error) {
	c := connection{
		IP:        "127.0.0.1",
		Transport: "tcp",
		Scheme:    "hmac-sha256",
		Key:       rand.Text(),
		Kernel:    kernelName,
	}
	for _, port := range []*int{&c.Shell, &c.Control, &c.IOPub, &c.Stdin, &c.Heartbeat} {
		listener, err := net.Listen("tcp", net.JoinHostPort(c.IP, "0"))
		if err != nil {
			return connection{}, fmt.Errorf("find a free port: %w", err)
		}
		// Closed at the end only, so that no port is found twice.
		defer listener.Close()
		*port = listener.Addr().(*net.TCPAddr).Port
	}
	return c, nil
}

// write makes the connection file; it holds the key, so nobody else may read it.
func (c connection) write(path string) error {
	content, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

func (c connection) address(port int) string {
	return fmt.Sprintf("%s://%s:%d", c.Transport, c.IP, port)
}

// client is the front end's side of a connection. Messages with a wrong signature are
// dropped and counted, so that another program that writes to the loopback port can
// neither pretend to be the kernel nor stop the run.
type client struct {
	codec   codec
	shell   chan message // closed when the kernel hung up
	iopub   chan message // closed when the kernel hung up
	dropped atomic.Int64

	sockets [3]zmq4.Socket // shell, control, iopub
	cancel  context.CancelFunc
	readers sync.WaitGroup
	stopped chan struct{} // closed when nobody takes messages any more
}

// dial connects to a kernel, which may not listen yet: it tries until it does or
// the context ends.
func dial(ctx context.Context, c connection) (*client, error) {
	life, cancel := context.WithCancel(context.Background())
	session := rand.Text()
	options := []zmq4.Option{
		// One identity for shell and control, as GoNB answers control requests on
		// the shell's socket.
		zmq4.WithID(zmq4.SocketIdentity(session)),
		zmq4.WithDialerRetry(10 * time.Millisecond),
		zmq4.WithDialerMaxRetries(-1),
	}
	d := &client{
		codec:   codec{key: []byte(c.Key), session: session},
		shell:   make(chan message),
		iopub:   make(chan message),
		stopped: make(chan struct{}),
		cancel:  cancel,
		sockets: [3]zmq4.Socket{
			zmq4.NewDealer(life, options...),
			zmq4.NewDealer(life, options...),
			zmq4.NewSub(life, options[1:]...),
		},
	}
	connected := make(chan error, 1)
	go func() { connected <- d.connect(c) }()
	select {
	case err := <-connected:
		if err != nil {
			d.close()
			return nil, fmt.Errorf("connect to the kernel: %w", err)
		}
	case <-ctx.Done():
		// The sockets' own context ends the attempt.
		d.close()
		return nil, fmt.Errorf("connect to the kernel: %w", context.Cause(ctx))
	}
	d.readers.Go(func() { d.receive(d.sockets[0], d.shell) })
	d.readers.Go(func() { d.receive(d.sockets[1], nil) })
	d.readers.Go(func() { d.receive(d.sockets[2], d.iopub) })
	return d, nil
}

func (d *client) connect(c connection) error {
	if err := d.sockets[2].SetOption(zmq4.OptionSubscribe, ""); err != nil {
		return err
	}
	for i, port := range []int{c.Shell, c.Control, c.IOPub} {
		if err := d.sockets[i].Dial(c.address(port)); err != nil {
			return err
		}
	}
	return nil
}

// receive passes on what a socket receives until the kernel hangs up. After stopped is
// closed it still reads, so that the socket's own goroutines do not block, and drops what
// it reads.
func (d *client) receive(socket zmq4.Socket, to chan<- message) {
	if to != nil {
		defer close(to)
	}
	for {
		frames, err := socket.Recv()
		if err != nil {
			return
		}
		m, err := d.codec.decode(frames.Frames)
		if err != nil {
			d.dropped.Add(1)
			continue
		}
		if to == nil {
			continue
		}
		select {
		case to <- m:
		case <-d.stopped:
		}
	}
}

// ask sends a request on the shell channel and returns its identifier.
func (d *client) ask(kind string, content any) (string, error) {
	return d.send(d.sockets[0], kind, content)
}

// command sends a request on the control channel, which does not wait for requests in the
// shell channel's queue.
func (d *client) command(kind string, content any) error {
	_, err := d.send(d.sockets[1], kind, content)
	return err
}

func (d *client) send(socket zmq4.Socket, kind string, content any) (string, error) {
	m, err := d.codec.request(kind, content)
	if err != nil {
		return "", err
	}
	frames, err := d.codec.encode(m)
	if err != nil {
		return "", fmt.Errorf("%s: %w", kind, err)
	}
	if err := socket.SendMulti(zmq4.NewMsgFrom(frames...)); err != nil {
		return "", fmt.Errorf("send %s to the kernel: %w", kind, err)
	}
	return m.Header.ID, nil
}

// close hangs up. The kernel's process should have ended before, so that every
// reader has seen the end of what it reads.
func (d *client) close() {
	close(d.stopped)
	d.cancel()
	for _, socket := range d.sockets {
		// Its other end is closed already; that closing this one says so is no news.
		_ = socket.Close()
	}
	d.readers.Wait()
}
