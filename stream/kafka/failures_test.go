package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
)

func TestARegistryThatIsAwayPausesAndSkipsNothing(t *testing.T) {
	c := newCluster(t, counting(t))
	c.produceDemands(0, 600, 30)
	var tries atomic.Int64
	runner := c.runner(countingUnless(t, func() error {
		if tries.Add(1) <= 3 {
			return fmt.Errorf("decoding: %w", schemas.ErrRegistryUnavailable)
		}
		return nil
	}), "a", state.OpenMemory())
	stop := c.run(runner)
	defer stop()
	eventually(t, func() bool { return runner.Status().Problem != "" && !runner.Status().Ready() })
	c.checkNumbers(600, 30)
	eventually(t, func() bool { return runner.Status().Ready() })
}

func TestReadinessFollowsTheBroker(t *testing.T) {
	c := newCluster(t, counting(t))
	runner := c.runner(counting(t), "a", state.OpenMemory())
	stop := c.run(runner)
	defer stop()
	eventually(t, func() bool { return runner.Status().Ready() })
	handle := c.fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat, kmsg.JoinGroup, kmsg.ListOffsets}, Err: kerr.UnknownServerError, Count: -1})
	eventually(t, func() bool { return !runner.Status().Ready() })
	handle.Remove()
	eventually(t, func() bool { return runner.Status().Ready() }) // without a record to take
}

func TestABugStopsTheRunnerAndSaysWhere(t *testing.T) {
	c := newCluster(t, counting(t))
	c.produceDemands(0, 60, 30)
	err := c.runner(countingUnless(t, func() error { panic("no such case") }), "a", state.OpenMemory()).Run(context.Background())
	if stream.KindOf(err) != stream.Bug {
		t.Fatalf("ended with %v", err)
	}
}

// failingStore fails from time to time.
type failingStore struct {
	state.Store
	fails func() error
}

func (s failingStore) Get(key []byte) ([]byte, error) {
	if err := s.fails(); err != nil {
		return nil, err
	}
	return s.Store.Get(key)
}

func (s failingStore) Apply(batch *state.Batch) error {
	if err := s.fails(); err != nil {
		return err
	}
	return s.Store.Apply(batch)
}

// fails gives the error for a few calls, far into the work.
func fails(with error) func() error {
	var calls atomic.Int64
	return func() error {
		if n := calls.Add(1); n >= 20 && n < 23 {
			return with
		}
		return nil
	}
}

func TestACorruptStoreIsRebuiltFromTheChangelog(t *testing.T) {
	c := newCluster(t, counting(t))
	c.produceDemands(0, 900, 30)
	failing := fails(fmt.Errorf("block 7: %w", state.ErrCorrupt))
	dropped := make(chan bool, 10)
	program, err := stream.Bind(counting(t), c.registry, "test")
	if err != nil {
		t.Fatal(err)
	}
	runner, err := NewRunner(program, Options{
		Client: c.client, Registry: c.registry, Instance: "a", CommitInterval: 5 * time.Millisecond, EpochRecords: 100,
		OpenStore: func(string) (state.Store, error) { return failingStore{state.OpenMemory(), failing}, nil },
		DropStore: func(string) error { dropped <- true; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	stop := c.run(runner)
	defer stop()
	c.checkNumbers(900, 30)
	if len(dropped) == 0 {
		t.Error("the store was never dropped: this test does not test what it should")
	}
}

func TestAFullDiskEndsTheProcessAndLosesNothing(t *testing.T) {
	c := newCluster(t, counting(t))
	c.produceDemands(0, 900, 30)
	store := state.OpenMemory()
	full := failingStore{store, fails(fmt.Errorf("%w: no space left on device", state.ErrFailed))}
	if err := c.runner(counting(t), "a", full).Run(context.Background()); !errors.Is(err, state.ErrFailed) {
		t.Fatalf("ended with %v", err)
	}
	defer c.run(c.runner(counting(t), "a", store))() // there is room again
	c.checkNumbers(900, 30)
}
