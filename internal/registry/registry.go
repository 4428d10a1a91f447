package registry

import (
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Registry has the values of one kind by their names. Its methods may be called by
// several goroutines at the same time.
type Registry[V any] struct {
	kind   string
	mu     sync.RWMutex
	values map[string]V
}

// New makes a registry without values. The kind is what errors call a value, as in
// "score".
func New[V any](kind string) *Registry[V] {
	return &Registry[V]{kind: kind, values: make(map[string]V)}
}

// Register adds a value from an init function. It panics if the name is empty or taken,
// which is a mistake in the program.
func (r *Registry[V]) Register(name string, value V) {
	if err := r.Add(name, value); err != nil {
		panic(err)
	}
}

// Add adds a value that a user has made. It fails if the name is empty or taken.
func (r *Registry[V]) Add(name string, value V) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if name == "" {
		return fmt.Errorf("register %s: it needs a name", r.kind)
	}
	if _, taken := r.values[name]; taken {
		return fmt.Errorf("register %s: the name %q is taken", r.kind, name)
	}
	r.values[name] = value
	return nil
}

// Get returns the value of a name, and whether there is one.
func (r *Registry[V]) Get(name string) (V, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	value, ok := r.values[name]
	return value, ok
}

// Lookup returns the value of a name, or the error of Unknown.
func (r *Registry[V]) Lookup(name string) (V, error) {
	value, ok := r.Get(name)
	if !ok {
		return value, Unknown(r.kind, name, r.Names())
	}
	return value, nil
}

// Names lists the names in alphabetical order.
func (r *Registry[V]) Names() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Sorted(maps.Keys(r.values))
}
