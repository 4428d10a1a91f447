package kernels

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

const (
	labStartPatience = 2 * time.Minute
	labStopPatience  = 10 * time.Second // it ends the kernels of open notebooks first
	labPoll          = 50 * time.Millisecond
)

// LabOptions says how JupyterLab is started. The zero value shows the checkout.
type LabOptions struct {
	Folder string           // the folder that it shows; "": the checkout
	Port   int              // the first port to try; 0: 8888
	Python string           // the Python that makes the virtual environment; "": python3
	Log    io.Writer        // where steps that take long are reported; nil: nowhere
	Ready  func(url string) // called once with the address to open, including the token; may be nil
}

// Lab runs JupyterLab with the checkout's kernel until the context ends, which is no
// error. It listens on the loopback interface and asks for a new random token. First Lab
// installs what is missing: the kernel, and a virtual environment in .lab/venv with the
// pinned JupyterLab, where the kernel is registered too. If there is no Python, the error
// is a *MissingError. JupyterLab's log is .lab/lab.log.
func Lab(ctx context.Context, root string, o LabOptions) error {
	spec, err := Install(ctx, root, InstallOptions{Log: o.Log})
	if err != nil {
		return err
	}
	python := virtualEnvironment{folder: filepath.Join(laboratory(root), "venv")}
	if err := python.install(ctx, cmp.Or(o.Python, "python3"), o.Log); err != nil {
		return err
	}
	if err := spec.Write(filepath.Join(python.folder, "share", "jupyter", "kernels", kernelName)); err != nil {
		return err
	}
	server, err := startLab(ctx, root, python, o)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer server.stop()
	if o.Ready != nil {
		o.Ready(server.url)
	}
	select {
	case <-ctx.Done():
		return nil
	case <-server.process.done:
		return fmt.Errorf("JupyterLab ended: %s", server.process.ending())
	}
}

// labServer is a running JupyterLab.
type labServer struct {
	process *process
	runtime string // folder of the file in which it says where it listens
	token   string
	url     string
}

func startLab(ctx context.Context, root string, python virtualEnvironment, o LabOptions) (_ *labServer, err error) {
	s := &labServer{token: rand.Text()}
	if s.runtime, err = os.MkdirTemp("", "espalier-lab-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	command := s.command(ctx, root, python, o)
	if s.process, err = start(command, filepath.Join(laboratory(root), "lab.log")); err != nil {
		return nil, fmt.Errorf("JupyterLab: %w", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, labStartPatience, fmt.Errorf("no answer within %v", labStartPatience))
	defer cancel()
	if err := s.wait(ctx); err != nil {
		return nil, fmt.Errorf("start JupyterLab: %w", err)
	}
	return s, nil
}

func (s *labServer) command(ctx context.Context, root string, python virtualEnvironment, o LabOptions) *exec.Cmd {
	args := []string{
		"-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1",
		"--ServerApp.port=" + strconv.Itoa(cmp.Or(o.Port, 8888)), "--ServerApp.port_retries=50",
		"--ServerApp.root_dir=" + cmp.Or(o.Folder, root),
	}
	if os.Geteuid() == 0 {
		args = append(args, "--allow-root") // as in a container; access is limited as for any user
	}
	// The end of the context must not kill the server: it is asked to end, and first ends
	// its kernels.
	command := exec.CommandContext(context.WithoutCancel(ctx), python.python(), args...)
	path := JupyterPath(root)
	if more := os.Getenv("JUPYTER_PATH"); more != "" {
		path += string(os.PathListSeparator) + more
	}
	// The token is in the environment, because other users can see processes' arguments.
	command.Env = append(os.Environ(), "JUPYTER_TOKEN="+s.token, "JUPYTER_PATH="+path, "JUPYTER_RUNTIME_DIR="+s.runtime)
	return command
}

// wait waits until the server answers, and notes its address.
func (s *labServer) wait(ctx context.Context) error {
	for {
		address, err := s.address()
		if err == nil && s.answers(ctx, address) {
			s.url = address + "lab?" + url.Values{"token": {s.token}}.Encode()
			return nil
		}
		select {
		case <-time.After(labPoll):
		case <-s.process.done:
			return errors.New(s.process.ending())
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// address returns the address at which the server says it listens. Its port is not the one
// asked for if that was taken.
func (s *labServer) address() (string, error) {
	name := fmt.Sprintf("jpserver-%d.json", s.process.command.Process.Pid)
	content, err := os.ReadFile(filepath.Join(s.runtime, name))
	if err != nil {
		return "", err
	}
	var said struct {
		URL string `json:"url"`
	}
	err = json.Unmarshal(content, &said)
	return said.URL, err
}

func (s *labServer) answers(ctx context.Context, address string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"api/status", nil)
	if err != nil {
		return false
	}
	request.Header.Set("Authorization", "token "+s.token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

func (s *labServer) stop() {
	if s.process != nil {
		s.process.stop(labStopPatience)
	}
	// What cannot be removed of a folder for temporary files is not worth an error.
	_ = removeAll(s.runtime)
}
