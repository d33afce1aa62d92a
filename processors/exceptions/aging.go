package exceptions

import (
	"time"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/stream"
)

// Policy is what operators may set.
type Policy struct {
	// KeepResolved is how long an exception is kept after it was resolved and anything was said of it. Then its row goes, and
	// a tombstone takes it out of o2c.exceptions. What is said of it later begins anew.
	KeepResolved time.Duration
	// KeepUnraised is how long assessments and commands are kept that no exception has come to: those of a gap that was filled
	// before its deadline, or a cause that stood for a moment. A stage may stand still for as long before it raises one.
	KeepUnraised time.Duration
}

// DefaultPolicy is ninety days, and thirty, for which topics between stages are kept.
func DefaultPolicy() Policy {
	return Policy{KeepResolved: 90 * 24 * time.Hour, KeepUnraised: 30 * 24 * time.Hour}
}

// A row wakes when time alone changes what becomes of it: when its exception escalates, and when it is forgotten. So it is
// told by facts and the clock, and at most one timer stands for it.

// wakes is when the row has to be looked at next; false while only facts change it.
func (r Row) wakes(policy Policy) (at time.Time, ever bool) {
	at, ever = r.ages(policy)
	if over, fades := r.fadesAt(); fades && (!ever || over.Before(at)) {
		return over, true
	}
	return at, ever
}

// fadesAt is when the cause is over if nobody says it again; false: it is over when somebody says so.
func (r Row) fadesAt() (at time.Time, fades bool) {
	if !r.Standing || r.class().Fades() == 0 {
		return time.Time{}, false
	}
	return r.Raised.At.Add(r.class().Fades()), true
}

func (r Row) hasFaded(now time.Time) bool {
	at, fades := r.fadesAt()
	return fades && !at.After(now)
}

// ages is when the row is to escalate or to be forgotten.
func (r Row) ages(policy Policy) (at time.Time, ever bool) {
	e := r.exception()
	switch {
	case e == nil && r.Standing: // the stage's timer shows it
		return time.Time{}, false
	case e == nil:
		return r.LastAt.Add(policy.KeepUnraised), true
	case e.Status == schemas.ExceptionResolved:
		return latest(*e.ResolvedAt, r.LastAt).Add(policy.KeepResolved), true
	}
	after, exists := r.class().EscalatesAt(int(e.Escalation))
	return e.OpenedAt.Add(after), exists
}

// aged is the row when the clock has come to a time. An exception that is open is as old as its last step, however late the
// clock was read, so that it looks the same.
func (r Row) aged(now time.Time) Row {
	if e := r.exception(); e != nil && e.Status != schemas.ExceptionResolved {
		if steps := r.class().Escalation(now.Sub(e.OpenedAt)); steps > int(e.Escalation) {
			after, _ := r.class().EscalatesAt(steps - 1)
			r.AgedTo = e.OpenedAt.Add(after)
		}
	}
	return r
}

// escalation is how many steps an exception that was opened at a time has escalated, up to when it was resolved.
func (r Row) escalation(opened time.Time, resolved *time.Time) int {
	aged := r.AgedTo
	if resolved != nil && resolved.Before(aged) {
		aged = *resolved
	}
	return r.class().Escalation(aged.Sub(opened))
}

// wake lets an exception escalate or fade, or forgets it.
func (ex *exceptions) wake(s *stream.Step, exceptionID string) error {
	before := ex.get(s, exceptionID)
	e := before.exception()
	over := !before.Standing || e != nil && e.Status == schemas.ExceptionResolved
	if at, ever := before.wakes(ex.policy); ever && over && !at.After(s.Now()) {
		if ex.rows.Delete(s, before.key()); e != nil {
			ex.out.Delete(s, exceptionID)
		}
		if awaited := before.awaits(); awaited != "" {
			ex.warehouses.Forgo(s, awaited, exceptionID)
		}
		return nil
	}
	if before.hasFaded(s.Now()) {
		at, _ := before.fadesAt()
		ex.showing.Cancel(s, exceptionID)
		ex.change(s, before, before.cleared(conditions.Clear(at, before.Raised.Stage, before.Raised.Class, exceptionID, "caught up")), at)
		return nil
	}
	ex.change(s, before, before.aged(s.Now()), time.Time{})
	return nil
}

// setTimer has the row looked at when time changes it.
func (ex *exceptions) setTimer(s *stream.Step, row Row) {
	if at, ever := row.wakes(ex.policy); ever {
		ex.waking.Set(s, row.ExceptionID, at)
	} else {
		ex.waking.Cancel(s, row.ExceptionID)
	}
}
