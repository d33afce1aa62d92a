//go:build synctests

package kafka

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/state"
)

// hurried are options with which a process is missed before its own requests time out.
func hurried(o *Options) {
	o.SessionTimeout, o.TransactionTimeout = 6*time.Second, 3*time.Second
}

// TestLifeOfAZombie has a process stand still in the middle of an epoch until the group has given its tasks to another and
// the broker has ended its transaction; then it goes on where it stood.
func TestLifeOfAZombie(t *testing.T) {
	for _, at := range []kmsg.Key{kmsg.Fetch, kmsg.Produce, kmsg.TxnOffsetCommit, kmsg.EndTxn, kmsg.Heartbeat} {
		for _, answered := range []bool{false, true} {
			where := map[bool]string{false: "before", true: "after"}[answered]
			for _, successor := range []string{"another", "its own next life"} {
				t.Run(strings.ReplaceAll(fmt.Sprint(where, " ", at.Name(), " and ", successor), " ", "_"), func(t *testing.T) {
					t.Parallel()
					// Before these its transaction is open, and the broker gives it up.
					undecided := at == kmsg.Produce || at == kmsg.TxnOffsetCommit || at == kmsg.EndTxn && !answered
					synctest.Test(t, func(t *testing.T) { zombie(newLife(t), at, answered, successor, undecided) })
				})
			}
		}
	}
}

func zombie(l *life, at kmsg.Key, answered bool, successor string, undecided bool) {
	stopped, wire := l.wire(), l.wire()
	l.demand(lifeRounds)
	late := l.start("late", state.OpenMemory(), stopped, hurried)
	l.settles("the process that will stand still", late)
	stopped.freezeAt(at, answered)
	l.demand(lifeRounds)
	l.comes("standing still", stopped.standsStill)
	name := map[string]string{"another": "other", "its own next life": "late"}[successor]
	next := l.start(name, state.OpenMemory(), wire, hurried)
	l.demand(lifeRounds)
	l.settles("the successor", next)
	l.demand(lifeRounds)
	l.settles("the successor at work", next)
	stopped.thaw()
	l.demand(lifeRounds)
	if name == "late" {
		// Two processes of one name put each other out for as long as both run.
		late.stop()
		l.settles("the successor alone", next)
	} else {
		l.settles("both", late, next)
	}
	pause(context.Background(), time.Second)
	l.demand(lifeRounds)
	if name == "late" {
		l.settles("what came last", next)
	} else {
		l.settles("what came last", late, next)
		pause(context.Background(), time.Second)
		l.settles("its timers", late, next)
		late.stop()
	}
	l.settles("the successor in the end", next)
	pause(context.Background(), time.Second)
	l.settles("the last timers", next)
	next.stop()
	l.check()
	if undecided && l.aborted(late) == 0 {
		l.t.Error("the epoch in which it stood still was not aborted")
	}
}

// TestLifeOfACommitThatComesWhenAnotherHasTheTask has a process stand still before its commit until the group has given its
// tasks to another, and go on while its transaction is still open: then it commits, and the other has to have waited for it.
func TestLifeOfACommitThatComesWhenAnotherHasTheTask(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLife(t)
		undecided := func(o *Options) { o.SessionTimeout, o.TransactionTimeout = 6*time.Second, time.Minute }
		stopped := l.wire()
		l.demand(lifeRounds)
		late := l.start("late", state.OpenMemory(), stopped, undecided)
		l.settles("the process that will stand still", late)
		stopped.freezeAt(kmsg.EndTxn, false)
		l.demand(lifeRounds)
		l.comes("standing still", stopped.standsStill)
		other := l.start("other", state.OpenMemory(), l.wire(), undecided)
		pause(context.Background(), 9*time.Second) // less than the 10 s after which its requests time out
		stopped.thaw()
		l.settles("both", late, other)
		l.demand(lifeRounds)
		l.settles("what came last", late, other)
		pause(context.Background(), time.Second)
		l.settles("its timers", late, other)
		late.stop()
		other.stop()
		l.check()
	})
}

// TestLifeThatComesBackDoesNotWaitForItsEarlierTransaction has a process end without a word before it has committed, and
// come back. Until its transaction is ended its offsets are unstable: it ends it itself, long before the broker would.
func TestLifeThatComesBackDoesNotWaitForItsEarlierTransaction(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLife(t)
		patient := func(o *Options) { o.TransactionTimeout = 10 * time.Minute }
		dead := l.wire()
		l.demand(lifeRounds)
		l.settles("the process that will end", l.start("a", state.OpenMemory(), dead, patient))
		dead.freezeAt(kmsg.EndTxn, false)
		l.demand(lifeRounds)
		l.comes("its end", dead.standsStill)
		began := time.Now()
		back := l.start("a", state.OpenMemory(), l.wire(), patient)
		l.settles("its next life", back)
		if took := time.Since(began); took > time.Minute {
			t.Errorf("it waited %s for itself", took)
		}
		pause(context.Background(), time.Second)
		l.settles("its timers", back)
		back.stop()
		l.check()
	})
}

// aborted counts the epochs of a process that were.
func (l *life) aborted(p *process) (n float64) {
	l.t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(p.options.Metrics.epochs)
	families, err := registry.Gather()
	if err != nil {
		l.t.Fatal(err)
	}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			for _, label := range metric.GetLabel() {
				if label.GetName() == "result" && label.GetValue() == "aborted" {
					n += metric.GetCounter().GetValue()
				}
			}
		}
	}
	return n
}
