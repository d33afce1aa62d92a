package intake

import (
	"fmt"
	"testing"
	"time"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// lags tells who was said to lag, and how long after noon.
func (w world) lags() (told []string) {
	for _, sent := range sim.Read(w.World, topics.Conditions) {
		told = append(told, fmt.Sprintf("%s %s %s", sent.Value.Class, *sent.Value.Source, sent.Value.At.Sub(noon)))
		if len(sent.Value.Causes) != 1 || sent.Key != sent.Value.ExceptionID {
			w.t.Errorf("it rests on %v", sent.Value.Causes)
		}
	}
	return told
}

// shipped is the first event of a shipment, written so long before it arrives.
func (w world) shipped(id string, before time.Duration) {
	shipment := aShipment(id, 1, schemas.MilestoneAllocated, "O1")
	shipment.Meta.RecordedAt = w.Now().Add(-before)
	shipment.Meta.OccurredAt = shipment.Meta.RecordedAt
	send(w, shipment)
	w.Run()
}

func TestASourceWhoseEventsComeLateIsSaidToLagNowAndThen(t *testing.T) {
	w := newWorld(t, 0)
	w.shipped("S1", 15*time.Minute)
	if got := w.lags(); len(got) != 0 {
		t.Errorf("within its bound: %v", got)
	}
	for i := range 6 { // one a minute
		w.shipped(fmt.Sprintf("S-%d", i), 15*time.Minute+time.Second)
		w.shipped(fmt.Sprintf("S-%d", i), 15*time.Minute+time.Second) // a duplicate says nothing of now
		w.Crash()
		w.Advance(time.Minute)
	}
	per := map[string]int{}
	for _, told := range w.lags() {
		per[told]++
	}
	if len(per) == 0 || len(per) > 6 {
		t.Errorf("said %v", per)
	}
	ids := map[string]bool{}
	for _, sent := range sim.Read(w.World, topics.Conditions) {
		ids[sent.Key] = true
	}
	if len(ids) != 1 {
		t.Errorf("%d exceptions of one source, whatever task it is that takes its events", len(ids))
	}
}

func TestOneTaskSaysItFourTimesInTheTimeInWhichItFades(t *testing.T) {
	w := world{sim.New(t, sim.Options{Partitions: 1, Start: noon}, Stage(topics.Default(), DefaultPolicy())), t}
	for i := range 11 {
		w.shipped(fmt.Sprintf("S-%d", i), time.Hour)
		w.Advance(time.Minute)
	}
	want := "[stale_source wms-east 0s stale_source wms-east 3m0s stale_source wms-east 6m0s stale_source wms-east 9m0s]"
	if got := fmt.Sprint(w.lags()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestADuplicateSaysNothingOfTheLag(t *testing.T) {
	w := newWorld(t, 0)
	w.shipped("S1", 0)
	w.Advance(time.Hour)
	shipment := aShipment("S1", 1, schemas.MilestoneAllocated, "O1")
	shipment.Meta.RecordedAt, shipment.Meta.OccurredAt = noon, noon
	send(w, shipment)
	w.Run()
	if got := w.lags(); len(got) != 0 {
		t.Errorf("%v", got)
	}
}
