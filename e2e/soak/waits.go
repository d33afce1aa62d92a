package main

import (
	"slices"
	"sync"
	"time"

	"waybill/stream"
)

// onTheWay are the stages that every order passes, task by task: its own partition number in each.
var onTheWay = []string{"intake", "fulfilment", "tracker"}

// waits measures how long orders stand still: from the moment at which an instance dies until a read_committed reader sees
// the first record of each task that it had.
type waits struct {
	changelogs map[string]string // changelog → stage, of the stages on the way

	mu          sync.Mutex
	measuring   bool // orders come in, so that every task has something to write
	brokersDown bool
	waiting     []*wait
	done        []wait
}

// wait is that of one task.
type wait struct {
	kind      string
	changelog string
	partition int32
	since     time.Time
	took      time.Duration
	disturbed bool // a broker was down meanwhile
}

func newWaits(stages []*stream.Stage) *waits {
	w := &waits{changelogs: map[string]string{}}
	for _, stage := range stages {
		if slices.Contains(onTheWay, stage.Name) {
			w.changelogs[stage.Changelog()] = stage.Name
		}
	}
	return w
}

// measure tells whether orders come in from now on. When they no longer do, what still waits is forgotten: it would wait for
// an order.
func (w *waits) measure(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.measuring = on; !on {
		w.waiting = nil
	}
}

// expect begins to wait for tasks (stage → partitions) whose instance has just died.
func (w *waits) expect(kind string, tasks map[string][]int32) {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.measuring {
		return
	}
	for changelog, stage := range w.changelogs {
		for _, partition := range tasks[stage] {
			w.waiting = append(w.waiting, &wait{kind: kind, changelog: changelog, partition: partition, since: now, disturbed: w.brokersDown})
		}
	}
}

// committed is told of every transaction's end: written is when its newest record there was made, which a dead instance
// cannot have done.
func (w *waits) committed(topic string, partition int32, written time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changelogs[topic] == "" {
		return
	}
	w.waiting = slices.DeleteFunc(w.waiting, func(one *wait) bool {
		if one.changelog != topic || one.partition != partition || !written.After(one.since) {
			return false
		}
		one.took = time.Since(one.since)
		w.done = append(w.done, *one)
		return true
	})
}

// brokers tells that a broker went down, or that all are whole again.
func (w *waits) brokers(down bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.brokersDown = down
	for _, one := range w.waiting {
		one.disturbed = one.disturbed || down
	}
}

// over tells that nothing is waited for.
func (w *waits) over() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.waiting) == 0
}

// spread is how long waits took.
type spread struct {
	tasks                     int
	shortest, median, longest time.Duration
}

func (w *waits) spread(of func(wait) bool) spread {
	w.mu.Lock()
	defer w.mu.Unlock()
	var took []time.Duration
	for _, one := range w.done {
		if of(one) {
			took = append(took, one.took)
		}
	}
	for _, one := range w.waiting { // it waits still
		if of(*one) {
			took = append(took, time.Since(one.since))
		}
	}
	if len(took) == 0 {
		return spread{}
	}
	slices.Sort(took)
	return spread{len(took), took[0], took[len(took)/2], took[len(took)-1]}
}
