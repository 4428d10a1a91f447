package train

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/gomlx/compute"

	"espalier/data"
	"espalier/internal/durable"
	"espalier/nn"
)

// Session runs jobs on a backend and keeps what was compiled for them, so that the
// levels of an iterative method, which differ only in weights and masks, compile once.
// It may be used from several goroutines; jobs that run at the same time have programs
// of their own.
type Session struct {
	backend compute.Backend
	files   durable.FS

	mu     sync.Mutex
	closed bool
	idle   map[string][]*program
}

// NewSession makes a session on a backend, which must outlive it.
func NewSession(backend compute.Backend) *Session {
	return &Session{backend: backend, files: durable.OS{}, idle: make(map[string][]*program)}
}

// Close frees what was compiled. Jobs that still run free theirs when they end.
func (s *Session) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, programs := range s.idle {
		for _, p := range programs {
			p.close()
		}
	}
	clear(s.idle)
}

// Run trains: it starts from the newest intact checkpoint in the job's folder, and only
// returns the result if the job is already finished.
//
// When the context is done it checkpoints within a step and returns an error that wraps
// the context's. Any other error says what is wrong with the job, its folder or its
// files; running it again continues from the last checkpoint.
func (s *Session) Run(ctx context.Context, job Job) (*Result, error) {
	job, err := job.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	result, err := s.run(ctx, job)
	if err != nil {
		return nil, fmt.Errorf("train %s: %w", job.Name, err)
	}
	return result, nil
}

func (s *Session) run(ctx context.Context, job Job) (*Result, error) {
	files := s.folder(job)
	saved, finished, err := files.open()
	if err != nil {
		return nil, err
	}
	if finished {
		return &saved.result, nil
	}
	p, key, err := s.acquire(job.recipe())
	if err != nil {
		return nil, err
	}
	t, err := newTrainer(job, p, files, saved)
	if err == nil {
		err = t.run(ctx)
	}
	if err != nil && !interrupted(ctx, err) {
		// A call that failed may have given its variables away.
		p.close()
		return nil, err
	}
	s.release(key, p)
	if err != nil {
		return nil, err
	}
	return &t.state.result, nil
}

// folder is nil for a job that has none.
func (s *Session) folder(job Job) *folder {
	if job.Folder == "" {
		return nil
	}
	return &folder{
		path:    job.Folder,
		files:   s.files,
		keep:    job.Options.Keep,
		log:     job.Log,
		header:  header{job: job.describe(), backend: s.backend.Name()},
		network: job.Network,
	}
}

// Evaluate returns the mean cross-entropy and the accuracy, a fraction, of a
// network on images. batch is how many are evaluated at once; 0 means 250.
func (s *Session) Evaluate(ctx context.Context, network *nn.Network, weights nn.Weights, images *data.Images,
	normalisation data.Normalisation, batch int) (loss, accuracy float64, err error) {
	if images == nil || images.Len() == 0 {
		return 0, 0, errors.New("evaluate: no images")
	}
	if err := checkImages(network, images); err != nil {
		return 0, 0, fmt.Errorf("evaluate: %w", err)
	}
	if batch == 0 {
		batch = defaultEvaluationBatch
	}
	p, key, err := s.acquire(recipe{network: network})
	if err != nil {
		return 0, 0, fmt.Errorf("evaluate: %w", err)
	}
	if err = p.load(weights, nil, nil); err == nil {
		loss, accuracy, err = p.evaluate(ctx, images, normalisation, batch, 0)
	}
	if err != nil && !interrupted(ctx, err) {
		p.close()
		return 0, 0, fmt.Errorf("evaluate: %w", err)
	}
	s.release(key, p)
	return loss, accuracy, err
}

// acquire returns a program that nobody uses, and the key to release it by.
func (s *Session) acquire(r recipe) (*program, string, error) {
	key := r.key()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, "", errors.New("the session is closed")
	}
	if idle := s.idle[key]; len(idle) > 0 {
		p := idle[len(idle)-1]
		s.idle[key] = idle[:len(idle)-1]
		s.mu.Unlock()
		return p, key, nil
	}
	s.mu.Unlock()
	p, err := newProgram(s.backend, r)
	return p, key, err
}

func (s *Session) release(key string, p *program) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		p.close()
		return
	}
	s.idle[key] = append(s.idle[key], p)
}

// recipe is what the job's program depends on.
func (j Job) recipe() recipe {
	r := recipe{network: j.Network, optimizer: j.Options.Optimizer, masked: make(map[string]bool), maskSlots: j.Options.MaskSlots}
	for _, p := range j.Network.Parameters() {
		if j.maskOf(p) != nil {
			r.masked[p.Name] = true
		}
	}
	return r
}

// key is equal for recipes with equal graphs.
func (r recipe) key() string {
	return fmt.Sprintf("%s %T%+v %v %t", describeNetwork(r.network), r.optimizer, r.optimizer,
		slices.Sorted(maps.Keys(r.masked)), r.maskSlots)
}

// Run trains one job in a session of its own; see Session.Run.
func Run(ctx context.Context, backend compute.Backend, job Job) (*Result, error) {
	session := NewSession(backend)
	defer session.Close()
	return session.Run(ctx, job)
}

// Evaluate evaluates in a session of its own; see Session.Evaluate.
func Evaluate(ctx context.Context, backend compute.Backend, network *nn.Network, weights nn.Weights, images *data.Images,
	normalisation data.Normalisation, batch int) (loss, accuracy float64, err error) {
	session := NewSession(backend)
	defer session.Close()
	return session.Evaluate(ctx, network, weights, images, normalisation, batch)
}
