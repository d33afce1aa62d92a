//go:build synctests

package kafka

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"waybill/state"
	"waybill/topics"
)

// TestLifeWithADiskOlderThanTheTombstonesForgetsWhatWasDeleted keeps a disk away for longer than the changelog keeps
// tombstones: the timers that stand on it have fired since, and nothing in the changelog tells.
func TestLifeWithADiskOlderThanTheTombstonesForgetsWhatWasDeleted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLife(t)
		changelog := l.stage.Changelog()
		compacted := []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "cleanup.policy", Value: kadm.StringPtr("compact")},
			{Op: kadm.SetConfig, Name: "segment.ms", Value: kadm.StringPtr("1000")},
			{Op: kadm.SetConfig, Name: "delete.retention.ms", Value: kadm.StringPtr("3600000")}}
		keepsAnHour := func(o *Options) { o.TombstoneRetention = time.Hour }
		if _, err := l.admin.AlterTopicConfigs(t.Context(), compacted, changelog); err != nil {
			t.Fatal(err)
		}
		old := state.OpenMemory()
		l.demand(lifeRounds)
		before := l.start("a", old, l.wire(), keepsAnHour)
		l.settles("the process whose disk is kept", before)
		before.stop()
		between := l.start("b", state.OpenMemory(), l.wire(), keepsAnHour)
		pause(context.Background(), time.Second)
		l.settles("timers", between)
		l.demand(lifeRounds)
		l.settles("later work", between)
		pause(context.Background(), time.Second)
		l.settles("its timers", between)
		between.stop()
		for range 2 { // compaction notes when it first meets a tombstone
			pause(context.Background(), 2*time.Hour)
			l.fake.Compact()
		}
		after := l.start("a", old, l.wire(), keepsAnHour)
		l.demand(lifeRounds)
		l.settles("the old disk", after)
		pause(context.Background(), time.Second)
		l.settles("its last timers", after)
		after.stop()
		l.check()
	})
}

// TestLifeWithADiskAheadOfItsChangelogBeginsAnew makes the changelog anew, as somebody does who wants the state gone.
func TestLifeWithADiskAheadOfItsChangelogBeginsAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLife(t)
		disk, changelog := state.OpenMemory(), l.stage.Changelog()
		l.demand(lifeRounds)
		before := l.start("a", disk, l.wire(), nil)
		l.settles("the process", before)
		pause(context.Background(), time.Second)
		l.settles("its timers", before)
		before.stop()
		if _, err := l.admin.DeleteTopic(t.Context(), changelog); err != nil {
			t.Fatal(err)
		}
		if _, err := l.admin.CreateTopic(t.Context(), testPartitions, 1, nil, changelog); err != nil {
			t.Fatal(err)
		}
		after := l.start("a", disk, l.wire(), nil)
		l.demand(1)
		l.settles("the process without its past", after)
		after.stop()
		if numbers := l.read()["order-1"]; len(numbers) != lifeRounds+1 || numbers[lifeRounds] != 1 {
			t.Errorf("the numbers are %v, want one more that is 1", numbers)
		}
	})
}

// TestLifeWhoseInputIsGoneSaysSo removes what a stage was to take next. Nobody passes over it, or takes all from the start.
func TestLifeWhoseInputIsGoneSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLife(t)
		disk := state.OpenMemory()
		l.demand(lifeRounds)
		before := l.start("a", disk, l.wire(), nil)
		l.settles("the process", before)
		before.stop()
		l.demand(lifeRounds)
		gone := kadm.Offsets{}
		for partition, end := range l.ends[topics.Demand.Name()] {
			gone.Add(kadm.Offset{Topic: topics.Demand.Name(), Partition: partition, At: end - 1, LeaderEpoch: -1})
		}
		if _, err := l.admin.DeleteRecords(t.Context(), gone); err != nil {
			t.Fatal(err)
		}
		waits := l.start("a", disk, l.wire(), nil)
		l.comes("a problem", func() bool { return strings.Contains(waits.Status().Problem, "OFFSET_OUT_OF_RANGE") })
		pause(context.Background(), time.Hour)
		if waits.Status().Ready() {
			t.Error("it went on without what is gone")
		}
		waits.stop()
		if _, err := l.admin.CommitOffsets(t.Context(), l.stage.Group(), gone); err != nil {
			t.Fatal(err)
		}
		after := l.start("a", disk, l.wire(), nil)
		l.settles("the offset that was moved by hand", after)
	})
}

// TestLifeWhoseOffsetsAreForgottenSaysSo has the group forget where it was, as it does when nobody was in it for a week.
// Taken from the start, everything would be counted twice.
func TestLifeWhoseOffsetsAreForgottenSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLife(t)
		l.demand(lifeRounds)
		before := l.start("a", state.OpenMemory(), l.wire(), nil)
		l.settles("the process", before)
		pause(context.Background(), time.Second)
		l.settles("its timers", before)
		before.stop()
		known, err := l.admin.FetchOffsets(t.Context(), l.stage.Group())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.admin.DeleteGroup(t.Context(), l.stage.Group()); err != nil {
			t.Fatal(err)
		}
		waits := l.start("a", state.OpenMemory(), l.wire(), nil)
		l.comes("a problem", func() bool { return strings.Contains(waits.Status().Problem, "has no offset") })
		pause(context.Background(), time.Hour)
		waits.stop()
		if _, err := l.admin.CommitOffsets(t.Context(), l.stage.Group(), known.Offsets()); err != nil {
			t.Fatal(err)
		}
		after := l.start("a", state.OpenMemory(), l.wire(), nil)
		l.demand(lifeRounds)
		l.settles("the offsets that were set by hand", after)
		pause(context.Background(), time.Second)
		l.settles("its last timers", after)
		after.stop()
		l.check()
	})
}

// TestLifeOfTimersDoesNotWait has an epoch that moves no offsets commit as fast as any other.
func TestLifeOfTimersDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLife(t)
		process := l.start("a", state.OpenMemory(), l.wire(), nil)
		l.settles("nothing to do", process)
		l.demand(1)
		l.settles("what sets timers", process)
		pause(context.Background(), time.Second)
		due := time.Now()
		l.settles("its timers", process)
		if took := time.Since(due); took > idleWait+100*time.Millisecond {
			t.Errorf("an epoch of timers took %s", took)
		}
	})
}
