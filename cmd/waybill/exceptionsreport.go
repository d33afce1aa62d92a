package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"waybill/feed"
	"waybill/inspect"
	"waybill/processors/conditions"
	"waybill/schemas"
)

// shownAtOnce is how many exceptions a person is shown before the question: what scrolls away is not read.
const shownAtOnce = 20

// report is what a request was for and what became of it; as JSON it is what the command prints.
type report struct {
	Kind    schemas.CommandKind `json:"kind"`
	Actor   string              `json:"actor"`
	Reason  string              `json:"reason"`
	Planned bool                `json:"planned"` // nothing was written
	Written bool                `json:"written"` // every command was
	Items   []item              `json:"items"`

	queue *inspect.Queue
	what  string // is asked for
}

// commands are those that the items ask with.
func (r *report) commands() (asked []*schemas.Command) {
	for _, each := range r.Items {
		if each.Command != nil {
			asked = append(asked, each.Command)
		}
	}
	return asked
}

// sent notes which commands were written; where not all were, the rest was not.
func (r *report) sent(sent []feed.Sent) {
	ids := map[string]bool{}
	for _, one := range sent {
		ids[one.Command.CommandID] = true
	}
	for i := range r.Items {
		switch each := &r.Items[i]; {
		case each.Command == nil:
		case ids[each.Command.CommandID]:
			each.Became = written
		default:
			each.Became = notWritten
		}
	}
}

// answered notes what became of the commands, as the exceptions say now. Where not all answers have come, only what an
// exception cannot have said before is one.
func (r *report) answered(queue *inspect.Queue, all bool) {
	for i := range r.Items {
		each := &r.Items[i]
		if each.Became != written {
			continue
		}
		e := queue.Exception(each.ExceptionID)
		if e == nil { // it was resolved so long ago that it is no longer kept
			continue
		}
		answer := value(e.Answer)
		if value(e.Actor) != r.Actor || value(e.Reason) != r.Reason {
			answer = "another command came after it"
		}
		switch each.Exception = *e; {
		case e.Status == schemas.ExceptionResolved && !takenBack(each.Command):
			each.Became, each.Why = closed, value(e.Resolution)
		case !all:
		case strings.HasPrefix(answer, "refused"):
			each.Became, each.Why = refused, strings.TrimPrefix(answer, "refused: ")
		case r.Kind == schemas.CommandAssign, takenBack(each.Command):
			each.Became, each.Why = done, answer
		default:
			each.Became, each.Why = stillOpen, answer+". "+e.Message
		}
	}
}

// takenBack tells whether a command takes an override back.
func takenBack(command *schemas.Command) bool {
	return command != nil && command.Kind == schemas.CommandOverride && command.Payload == feed.UndoPayload()
}

// exit is how the command ends: with findings when something did not become as it was asked for.
func (r *report) exit() error {
	for _, each := range r.Items {
		if each.wanting || each.Became == refused || each.Became == stillOpen {
			return findings{}
		}
	}
	return nil
}

// preview shows what would be asked for, what that would free, and what is left out and why.
func (r *report) preview(p *printer, now time.Time, most int) {
	var asked []schemas.Exception
	var left []item
	for _, each := range r.Items {
		if each.Command != nil {
			asked = append(asked, each.Exception)
		} else {
			left = append(left, each)
		}
	}
	if len(asked) == 0 {
		p.line("No exceptions to %s.", r.Kind)
	} else {
		p.line("%s\n", p.strong(fmt.Sprintf("To %s: %s%s", r.what, plural(len(asked), "exception", "exceptions"), totalWords(asked, now))))
		chosen, _ := columnsOf([]string{"exception_id", "class", "amount_at_risk", "age", "owner", "order_ids", "message"}) // these exist
		tableOf(p, asked[:min(most, len(asked))], chosen, now).printCut()
		if more := len(asked) - most; more > 0 {
			p.line("… and %d more; --dry-run shows them all", more)
		}
		for _, line := range r.consequences() {
			p.line("%s", p.wrap("", line))
		}
	}
	if len(left) > 0 {
		p.line("\n%s", p.strong(fmt.Sprintf("Left out: %d", len(left))))
		t := p.table("  ", nil)
		for _, each := range left[:min(most, len(left))] {
			t.row(p.id(each.ExceptionID), each.Exception.Class, ordersOf(&each.Exception), each.Why)
		}
		t.printCut()
		if more := len(left) - most; more > 0 {
			p.line("  … and %d more", more)
		}
		if slices.ContainsFunc(left, func(each item) bool { return each.repeated }) {
			p.line("--again asks once more for what was asked for already.")
		}
	}
}

// consequences says what the request comes to when all goes well.
func (r *report) consequences() (lines []string) {
	if r.Kind == schemas.CommandAssign {
		return nil
	}
	var closing []schemas.Exception
	given := 0
	seen := map[string]bool{}
	for _, each := range r.Items {
		if each.Command == nil {
			continue
		}
		e := each.Exception
		class, _ := conditions.Of(e.Class)
		if r.Kind == schemas.CommandOverride {
			closing = append(closing, e)
			if takenBack(each.Command) {
				lines = append(lines, "What was billed by the override is credited, and the exception opens again.")
			} else {
				lines = append(lines, strings.TrimSpace(fmt.Sprintf("It %s. %s", class.OverrideDoes(), each.Command.Payload)))
			}
			continue
		}
		if r.Kind == schemas.CommandReplay || class.Closing != conditions.ByCause {
			closing = append(closing, e)
		} else if !seen[class.Name] {
			seen[class.Name] = true
			lines = append(lines, fmt.Sprintf("Exceptions of class %s close when %s; to resolve them by hand only leaves a note.", class.Name, class.ClosesWhen))
		}
		if r.Kind == schemas.CommandResolve && class.Closing == conditions.ByDrop {
			given++
		}
	}
	if given > 0 {
		lines = append(lines, plural(given, "event is", "events are")+" given up for good: what they would have said is never known.")
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	freed := r.queue.Freed(closing)
	worth := amountWords(freed.Worth)
	if freed.Orders == 0 && worth == "" {
		return lines
	}
	frees := map[schemas.CommandKind]string{schemas.CommandReplay: "Frees, if all can be read,", schemas.CommandResolve: "Frees", schemas.CommandOverride: "Frees"}[r.Kind]
	if worth != "" {
		frees += " up to " + worth
	}
	if freed.Orders > 0 {
		frees += fmt.Sprintf(" in %s, of which %s nothing else in the way", plural(freed.Orders, "order", "orders"), plural(freed.Free, "has", "have"))
	}
	return append(lines, frees+".")
}

// results says of each exception what became of it, and how many became what.
func (r *report) results(p *printer) {
	counts := map[string]int{}
	lines := p.table("", []string{"exception", "class", "became", "owner", "why"})
	for _, each := range r.Items {
		e := &each.Exception
		counts[each.Became]++
		switch {
		case each.Became == leftOut:
		case len(r.Items) > shownAtOnce:
			lines.row(p.id(e.ExceptionID), e.Class, becameWords(p, &each), e.Owner, strings.ReplaceAll(each.Why, "\n", " "))
		default:
			p.line("%s  %s, %s, owner %s", p.strong(e.ExceptionID), e.Class, becameWords(p, &each), e.Owner)
			if each.Why != "" {
				p.line("%s", p.wrap("  ", each.Why))
			}
		}
	}
	if len(r.Items) > shownAtOnce {
		lines.printCut()
	}
	var words []string
	for _, became := range []string{closed, done, stillOpen, refused, written, notWritten, leftOut} {
		if n := counts[became]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, became))
		}
	}
	p.line("\n%s %s as %s: %s.", capital(string(r.Kind)), plural(len(r.Items), "exception", "exceptions"), r.Actor, strings.Join(words, ", "))
	if counts[written] > 0 {
		p.line("`waybill exceptions show ID` says what became of those that were written.")
	}
}

func becameWords(p *printer, each *item) string {
	switch each.Became {
	case closed, done:
		return p.good(string(each.Exception.Status))
	case stillOpen:
		return p.uneasy(string(each.Exception.Status))
	case refused, notWritten:
		return p.bad(each.Became)
	}
	return each.Became
}
