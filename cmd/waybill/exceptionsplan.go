package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"waybill/feed"
	"waybill/inspect"
	"waybill/processors/conditions"
	"waybill/schemas"
)

// What became of an exception that was chosen.
const (
	leftOut    = "left out"    // nothing was asked for, and Why says why
	planned    = "planned"     // nothing was asked for yet
	notWritten = "not written" // the request ended before its turn
	written    = "written"     // no answer is known yet
	refused    = "refused"     // the exceptions stage does not do it
	done       = "done"        // assigned, noted
	stillOpen  = "open"        // what was asked for was done, and did not close it
	closed     = "resolved"
)

// item is one exception of a request.
type item struct {
	ExceptionID string            `json:"exception_id"`
	Command     *schemas.Command  `json:"command"` // null: left out
	Became      string            `json:"became"`
	Why         string            `json:"why"`
	Exception   schemas.Exception `json:"exception"` // as it was chosen; after an answer, as it is now

	wanting  bool // left out although what was asked for is not so
	repeated bool // left out because it was asked for already
}

// plan says of each exception what is asked for, or why it is left out. Commands that have the same event read again stand
// in the order of the events, so that what is told of them can be read along.
func (a *asking) plan(ctx context.Context, view inspect.View, chosen []schemas.Exception, named bool, now time.Time) ([]item, error) {
	items := make([]item, 0, len(chosen))
	var targets []string
	for _, e := range chosen {
		each := item{ExceptionID: e.ExceptionID, Became: leftOut, Exception: e}
		if each.Why, each.wanting = a.refuses(&e, named); each.Why == "" {
			targets = append(targets, e.ExceptionID)
		}
		items = append(items, each)
	}
	if len(targets) == 0 {
		return items, nil
	}
	last, err := view.LastCommands(ctx, targets)
	if err != nil {
		return nil, err
	}
	for i := range items {
		each := &items[i]
		if each.Why != "" {
			continue
		}
		payload, err := a.payloadOf(&each.Exception)
		if err != nil {
			return nil, err
		}
		request := feed.Request{Kind: a.kind, Target: each.ExceptionID, Actor: a.actor, Reason: a.reason, Payload: payload, At: now}
		if before, any := last[each.ExceptionID]; any {
			request.After = before.CommandID
			if !a.again && request.Repeats(&before, each.Exception.OpenedAt) {
				each.Why = fmt.Sprintf("asked for already at %s UTC in the same words: %s", instant(before.Meta.OccurredAt), value(each.Exception.Answer))
				each.repeated = true
				continue
			}
		}
		each.Command, each.Became = request.Command(), planned
	}
	slices.SortStableFunc(items, func(a, b item) int {
		if a.Command == nil || b.Command == nil {
			return cmp.Compare(bit(a.Command == nil), bit(b.Command == nil))
		}
		return byEvent(&a.Exception, &b.Exception)
	})
	return items, nil
}

func bit(of bool) int {
	if of {
		return 1
	}
	return 0
}

// byEvent orders exceptions by where the events stand that they rest on; without events they stay as they are.
func byEvent(a, b *schemas.Exception) int {
	if len(a.Causes) == 0 || len(b.Causes) == 0 {
		return 0
	}
	x, y := a.Causes[0], b.Causes[0]
	return cmp.Or(strings.Compare(x.Topic, y.Topic), cmp.Compare(x.Partition, y.Partition), cmp.Compare(x.Offset, y.Offset))
}

// refuses says why nothing can be asked about an exception; empty when it can. Wanting tells that what was asked for is not
// so, and does not become so.
func (a *asking) refuses(e *schemas.Exception, named bool) (why string, wanting bool) {
	class, _ := conditions.Of(e.Class)
	if a.kind == schemas.CommandOverride {
		if why = a.refusesOverride(e); why != "" {
			return why, true
		}
	}
	switch {
	case a.undo: // of what was overridden, which has resolved it
	case e.Status == schemas.ExceptionResolved:
		return "is resolved already: " + value(e.Resolution), false
	case a.kind == schemas.CommandAssign && e.Status == schemas.ExceptionAssigned && e.Owner == a.to:
		return "is assigned to " + a.to + " already", false
	case a.kind == schemas.CommandReplay && e.Class != conditions.Unreadable:
		return "only an unreadable event can be replayed; this one closes when " + class.ClosesWhen, true
	case a.kind == schemas.CommandResolve && class.Closing == conditions.ByCause && !named:
		return "closes by itself when " + class.ClosesWhen + "; named by its id it takes a note", true
	}
	return "", false
}
