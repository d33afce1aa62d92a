package schemas

import (
	"context"
	"fmt"
	"sync"
)

// Registry answers what a codec needs to know of schemas. Answers of id and schema never change, so a codec keeps them.
type Registry interface {
	// Schema returns the writer's schema by its id. ErrUnknownSchema: the registry answered and has none;
	// ErrRegistryUnavailable: there was no usable answer, try again.
	Schema(ctx context.Context, id int) (string, error)
	// ID returns the id to write a schema with. It is registered beforehand: ErrNotRegistered when it is not.
	ID(ctx context.Context, subject, schema string) (int, error)
}

// LocalRegistry is a registry in memory: for tests, the simulator and `waybill dev`. Ids are 1, 2, 3 … in order of
// registration; equal texts share an id. It is safe for concurrent use.
type LocalRegistry struct {
	mu      sync.RWMutex
	ids     map[string]int
	schemas []string
}

// NewLocalRegistry returns an empty registry.
func NewLocalRegistry() *LocalRegistry { return &LocalRegistry{ids: map[string]int{}} }

// Register gives the schema an id, its own if it has one already.
func (r *LocalRegistry) Register(_, schemaJSON string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id, known := r.ids[schemaJSON]; known {
		return id
	}
	r.schemas = append(r.schemas, schemaJSON)
	r.ids[schemaJSON] = len(r.schemas)
	return len(r.schemas)
}

// Schema returns the schema of the id.
func (r *LocalRegistry) Schema(_ context.Context, id int) (string, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if id < 1 || id > len(r.schemas) {
		return "", fmt.Errorf("schema %d: %w", id, ErrUnknownSchema)
	}
	return r.schemas[id-1], nil
}

// ID registers the schema if it is new.
func (r *LocalRegistry) ID(_ context.Context, subject, schema string) (int, error) {
	return r.Register(subject, schema), nil
}
