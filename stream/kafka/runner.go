package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"waybill/state"
	"waybill/stream"
)

// Runner runs a stage's tasks in this process for as long as it is let.
type Runner struct {
	program *stream.Program
	options Options

	mu      sync.Mutex
	session *session // nil while there is none
	status  Status
	turned  time.Time // when the loop last came round; zero before the first time
}

// Status is what a runner is doing, as of its last pass.
type Status struct {
	Stage     string `json:"stage"`
	Connected bool   `json:"connected"` // it reads its inputs
	Tasks     int    `json:"tasks"`     // that run
	Restoring int    `json:"restoring"` // that are being restored
	ToRestore int64  `json:"to_restore"`
	Problem   string `json:"problem,omitempty"` // why it pauses; empty while all is well
	Away      string `json:"away,omitempty"`    // what the broker answered last, or that it did not; empty while it answers

	// Settled tells that everything up to the ends given to Settled is taken, committed, and no timer is due.
	position  map[topicPartition]int64
	passed    time.Time // the steps' clock at the last pass that found nothing to do; zero: work is under way
	watermark time.Time // of the task that is furthest; zero: nothing was observed
}

// NewRunner checks the options.
func NewRunner(program *stream.Program, options Options) (*Runner, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("stage %s: %w", program.Stage().Name, err)
	}
	options.Log = options.Log.With("stage", program.Stage().Name)
	return &Runner{program: program, options: options, status: Status{Stage: program.Stage().Name}}, nil
}

// Run runs until ctx ends: then it finishes the epoch at hand, leaves the group and closes the store, within StopTimeout.
// What can pass (broker or registry away) is waited for, with growing pauses. A corrupt store is dropped and
// rebuilt. A bug, and a store that only a new process can open again, make Run return an error.
func (r *Runner) Run(ctx context.Context) error {
	backoff := backoff{}
	var store state.Store
	defer func() {
		if store != nil {
			r.closeStore(store)
		}
	}()
	for ctx.Err() == nil {
		r.turn()
		var err error
		if store == nil {
			store, err = r.options.OpenStore(r.program.Stage().Name)
			err = openFailure(r.program.Stage().Name, err)
		}
		if err == nil {
			err = r.runSession(ctx, store, &backoff)
		}
		if ctx.Err() != nil || err == nil {
			break
		}
		kind := stream.KindOf(err)
		if errors.Is(err, state.ErrFailed) && kind != stream.Corruption {
			r.problem(err)
			return fmt.Errorf("%w (the process ends: make room or mend the disk, and start it again; nothing is lost)", err)
		}
		r.options.Metrics.retries.WithLabelValues(r.program.Stage().Name, string(kind)).Inc()
		switch kind {
		case stream.Bug:
			r.problem(err)
			return err
		case stream.Corruption:
			r.options.Log.Error("the store is corrupt: it is dropped and rebuilt from the changelog", "error", err)
			if store != nil {
				r.closeStore(store)
				store = nil
			}
			if err := r.options.DropStore(r.program.Stage().Name); err != nil {
				r.options.Log.Error("dropping the store", "error", err)
			}
		default:
			r.options.Log.Warn("pausing", "error", err, "for", backoff.next().String())
		}
		r.problem(err)
		pause(ctx, backoff.take())
	}
	return nil
}

// openFailure sorts what OpenStore says: a corrupt store is rebuilt, anything else may pass.
func openFailure(stage string, err error) error {
	if err == nil || errors.Is(err, state.ErrCorrupt) {
		return err
	}
	return unavailable(stage, "opening the store", err)
}

func (r *Runner) closeStore(store state.Store) {
	if err := errors.Join(store.Sync(), store.Close()); err != nil {
		r.options.Log.Error("closing the store", "error", err)
	}
}

func (r *Runner) runSession(ctx context.Context, store state.Store, backoff *backoff) error {
	s := newSession(r, store, backoff)
	r.mu.Lock()
	r.session = s
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		r.session = nil
		r.status = Status{Stage: r.status.Stage, Problem: r.status.Problem}
		r.mu.Unlock()
	}()
	return s.run(ctx)
}

func (r *Runner) problem(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status.Problem = ""
	if err != nil {
		r.status.Problem = err.Error()
	}
}

// Status tells what the runner is doing.
func (r *Runner) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status
}

// reached notes whether the broker answered.
func (r *Runner) reached(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.status.Away = ""; err != nil {
		r.status.Away = err.Error()
	}
}

func (r *Runner) positions() map[topicPartition]int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status.position // it is replaced, never changed
}

func (r *Runner) watermark() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status.watermark
}

// Ready tells that the broker answers, that the runner reads its inputs, and that none of its tasks is being restored.
func (s Status) Ready() bool {
	return s.Connected && s.Restoring == 0 && s.Problem == "" && s.Away == ""
}

// Stuck tells that the loop has not come round for so long. A pause between two tries is a turn.
func (r *Runner) Stuck(after time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.turned.IsZero() && time.Since(r.turned) > after
}

func (r *Runner) turn() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turned = time.Now()
}

// Poke has the runner look at the clock again: it was moved.
func (r *Runner) Poke() {
	r.mu.Lock()
	s := r.session
	r.mu.Unlock()
	if s != nil {
		s.poke()
	}
}

// Settled tells that the runner has taken its inputs and reference data up to the ends given (topic → partition →
// offset), has committed that, and has run every timer that is due at now.
func (r *Runner) Settled(ends map[string]map[int32]int64, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.status.Ready() || r.status.passed.Before(now) {
		return false
	}
	stage := r.program.Stage()
	for _, topic := range append(stage.Inputs(), stage.References()...) {
		for partition, end := range ends[topic] {
			if r.status.position[topicPartition{topic, partition}] < end {
				return false
			}
		}
	}
	return true
}

// Lag is how many offsets are left to take up to the ends given.
func (r *Runner) Lag(ends map[string]map[int32]int64) (lag int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, topic := range r.program.Stage().Inputs() {
		for partition, end := range ends[topic] {
			lag += max(end-r.status.position[topicPartition{topic, partition}], 0)
		}
	}
	return lag
}

// backoff is a pause that doubles from failure to failure, up to 30 s, and falls back after a success.
type backoff struct{ failures int }

func (b *backoff) next() time.Duration {
	return min(250*time.Millisecond<<min(b.failures, 10), 30*time.Second)
}

func (b *backoff) take() time.Duration {
	d := b.next()
	b.failures++
	return d
}

func (b *backoff) succeeded() { b.failures = 0 }

// pause waits; false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
