package exceptions

import (
	"fmt"
	"testing"
	"time"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// ages describes every record of an exception, oldest first: status, severity and steps, or that it was deleted.
func ages(w *sim.World, exceptionID string) (lines []string) {
	for _, sent := range sim.Read(w, topics.Exceptions) {
		switch {
		case sent.Key != exceptionID:
		case sent.Value == nil:
			lines = append(lines, "deleted")
		default:
			lines = append(lines, fmt.Sprintf("%s %s %d", sent.Value.Status, sent.Value.Severity, sent.Value.Escalation))
		}
	}
	return lines
}

// later is a world whose clock has come so far.
type later struct {
	w   *sim.World
	now time.Time
}

// at moves the clock, by steps that no two things become due in, to so many hours after the beginning.
func (l *later) at(hours int) time.Time {
	for to := day.Add(time.Duration(hours) * time.Hour); l.now.Before(to); l.now = l.now.Add(time.Hour) {
		l.w.Advance(time.Hour)
	}
	return l.now
}

func (l *later) said(hours int, c *schemas.Condition) {
	c.At = l.at(hours)
	send(l.w, "ex-1", c)
	l.w.Run()
}

func TestWhatStaysOpenEscalatesStepByStepUntilItCloses(t *testing.T) {
	w := newWorld(t, 0)
	l := &later{w, day}
	l.said(0, raise(0, conditions.UOMMismatch, "m", "")) // high, due after 8 hours
	l.at(7)
	expect(t, "before it is due", ages(w, "ex-1"), "open high 0")
	l.at(8)
	w.Crash()
	l.at(15)
	expect(t, "when it is due", ages(w, "ex-1"), "open high 0", "open critical 1")
	l.at(40)
	expect(t, "long after", ages(w, "ex-1"), "open high 0", "open critical 1", "open critical 2", "open critical 3")
	l.said(41, clears(0, "entered"))
	l.said(42, raise(0, conditions.UOMMismatch, "m", ""))
	got := ages(w, "ex-1")
	expect(t, "raised again it begins anew", got[4:], "resolved critical 3", "open high 0")
	l.at(50)
	expect(t, "and escalates anew", ages(w, "ex-1")[6:], "open critical 1")
}

func TestAnExceptionThatSaysSomethingNewAfterItWasSettledEscalatesFromThen(t *testing.T) {
	w := newWorld(t, 0)
	l := &later{w, day}
	l.said(0, raise(0, conditions.WrongAuthority, "m", "")) // medium, due after 2 days
	l.at(47)
	act(w, 47*60, schemas.CommandResolve, "c-1", "ex-1", "")
	w.Run()
	l.said(50, raise(0, conditions.WrongAuthority, "n", ""))
	l.at(97)
	expect(t, "not due yet", ages(w, "ex-1"), "open medium 0", "resolved medium 0", "open medium 0")
	l.at(98)
	expect(t, "due", ages(w, "ex-1")[3:], "open high 1")
}

func TestWhatWasResolvedIsForgottenAfterItsTimeAndWhatIsSaidThenBeginsAnew(t *testing.T) {
	const kept = 90 * 24
	w := newWorld(t, 0)
	l := &later{w, day}
	l.said(0, raise(0, conditions.Oversold, "m", ""))
	l.said(1, clears(0, "recovered"))
	l.at(kept)
	expect(t, "kept", ages(w, "ex-1"), "open high 0", "resolved high 0")
	w.Crash()
	l.at(kept + 2)
	expect(t, "forgotten", ages(w, "ex-1"), "open high 0", "resolved high 0", "deleted")
	l.said(kept+3, clears(0, "recovered"))
	l.said(kept+3, assess("O-1", "5", "EUR"))
	act(w, 0, schemas.CommandResolve, "c-1", "ex-1", "") // given long ago
	w.Run()
	if got := ages(w, "ex-1"); len(got) != 3 {
		t.Errorf("what comes late is told: %q", got)
	}
	l.said(kept+4, raise(0, conditions.Oversold, "m", ""))
	if got := ages(w, "ex-1"); got[len(got)-1] != "open high 0" || len(got) != 4 {
		t.Errorf("raised anew: %q", got)
	}
}

func TestWhatAPersonSettledIsForgottenToo(t *testing.T) {
	w := newWorld(t, 0)
	l := &later{w, day}
	l.said(0, raise(0, conditions.ShortPay, "m", "1"))
	act(w, 60, schemas.CommandResolve, "c-1", "ex-1", "")
	w.Run()
	l.at(90*24 + 2)
	expect(t, "forgotten", ages(w, "ex-1"), "open medium 0", "resolved medium 0", "deleted")
}

func TestAssessmentsOfWhatIsNeverRaisedAreForgotten(t *testing.T) {
	w := newWorld(t, 0)
	l := &later{w, day}
	l.said(0, assess("O-1", "5", "EUR"))
	l.said(24, raise(0, conditions.SequenceGap, "a gap", ""))
	if e := sim.Latest(w, topics.Exceptions)["ex-1"]; e == nil || len(e.OrderIDs) != 1 {
		t.Errorf("%+v: its order is lost", e)
	}
	send(w, "ex-2", assess("O-2", "5", "EUR"))
	w.Run()
	l.at(24 + 31*24)
	gap := raise(0, conditions.SequenceGap, "a gap", "")
	gap.At = l.now
	send(w, "ex-2", gap)
	w.Run()
	if e := sim.Latest(w, topics.Exceptions)["ex-2"]; e == nil || len(e.OrderIDs) != 0 {
		t.Errorf("%+v: an assessment was kept for ever", e)
	}
}

func TestACauseThatIsKnownLateIsAsOldAsItIs(t *testing.T) {
	w := newWorld(t, 0)
	l := &later{w, day}
	l.at(20)
	send(w, "ex-1", raise(0, conditions.UOMMismatch, "m", ""))
	w.Run()
	expect(t, "two steps at once", ages(w, "ex-1"), "open critical 2")
}

func TestASourceIsStaleWhileItsEventsKeepComingLate(t *testing.T) {
	w := sim.New(t, sim.Options{Start: day}, Stage(topics.Default(), DefaultPolicy()))
	now := 0
	said := func(minutes int) {
		w.Advance(time.Duration(minutes-now) * time.Minute)
		now = minutes
		c := raise(minutes, conditions.StaleSource, "wms-east lags", "")
		c.Source = new("wms-east")
		send(w, "ex-1", c)
		w.Run()
	}
	said(0)
	said(5) // a burst: what had waited is sent
	w.Advance(9 * time.Minute)
	now += 9
	expect(t, "a burst, before it has faded", history(w, "ex-1"))
	w.Crash()
	w.Advance(time.Hour)
	now += 60
	expect(t, "it has caught up", history(w, "ex-1"))
	for begin, i := now, 0; i < 3; i++ {
		said(begin + 7*i)
	}
	expect(t, "not long enough", history(w, "ex-1"))
	w.Advance(time.Minute)
	now++
	expect(t, "it lags", history(w, "ex-1"), "open warehouse systems wms-east lags")
	w.Advance(8 * time.Minute)
	now += 8
	expect(t, "still", history(w, "ex-1"), "open warehouse systems wms-east lags")
	w.Advance(time.Minute)
	expect(t, "it has caught up", history(w, "ex-1"), "open warehouse systems wms-east lags", "resolved warehouse systems wms-east lags")
	e := sim.Latest(w, topics.Exceptions)["ex-1"]
	if *e.Resolution != "caught up" || *e.Source != "wms-east" {
		t.Errorf("%+v", e)
	}
}
