package main

import (
	"testing"
	"time"

	"waybill/processors"
	"waybill/topics"
)

func TestAWaitEndsWithWhatWasMadeAfterTheDeath(t *testing.T) {
	w := newWaits(processors.Stages(topics.Default()))
	w.measure(true)
	w.expect("taken over", map[string][]int32{"fulfilment": {1, 2}, "receivables": {3}})
	before, later := time.Now().Add(-time.Second), time.Now().Add(time.Second)
	w.committed("waybill-fulfilment-changelog", 1, before)
	w.committed("waybill-fulfilment-changelog", 3, later)
	if got := w.spread(func(wait) bool { return true }); got.tasks != 2 || len(w.done) > 0 {
		t.Errorf("%v, over: %v; want two tasks of the stages on every order's way to be waited for still", got, w.done)
	}
	w.committed("waybill-fulfilment-changelog", 1, later)
	w.brokers(true)
	w.committed("waybill-fulfilment-changelog", 2, later)
	if !w.over() {
		t.Error("it waits on")
	}
	w.measure(false)
	w.expect("taken over", map[string][]int32{"fulfilment": {1}})
	if got := w.spread(func(wait) bool { return true }); got.tasks != 2 {
		t.Errorf("%v: when no order comes in there is nothing to wait for", got)
	}
	if got := w.spread(func(one wait) bool { return one.disturbed }); got.tasks != 1 {
		t.Errorf("%v was disturbed by a broker, want one task", got)
	}
}
