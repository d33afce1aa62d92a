package intake

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"waybill/schemas"
	"waybill/topics"
)

// The first instant that an event may speak of, and the first one that it may not.
var (
	earliest = time.Date(1970, time.January, 1, 0, 0, 0, 0, time.UTC)
	tooLate  = time.Date(2200, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// maxSequence is beyond what any source counts to; it leaves room to count on.
const maxSequence = 1 << 62

// inspection is the check of one event against its contract, as far as a schema cannot say it. It keeps the first
// finding: the checks run in the order of the contract's fields, so the same event always has the same problem.
type inspection struct {
	now      time.Time
	ahead    time.Duration // how far ahead of now an event may have happened
	personal []string      // fields of which no value is repeated: what is found goes to exceptions, headers and logs
	problem  *Problem
}

// place is where in an event a field is: in one entry of a list, or in no list. It becomes a text only for a finding.
type place struct {
	list  string
	index int
}

// whole is the place of the event's own fields.
var whole = place{}

func (p place) field(name string) string {
	if p.list == "" {
		return name
	}
	return fmt.Sprintf("%s[%d].%s", p.list, p.index, name)
}

func (in *inspection) find(class string, at place, name, format string, args ...any) {
	if in.problem != nil {
		return
	}
	text := fmt.Sprintf(format, args...)
	if path := strings.TrimPrefix(at.list+"."+name, "."); len(args) > 0 && slices.Contains(in.personal, path) {
		text = "holds a value that the contract does not allow"
	}
	in.problem = &Problem{Class: class, Field: at.field(name), Text: text}
}

// meta checks what every event begins with, and the sequence that its topic's ordering contract asks for.
func (in *inspection) meta(meta *schemas.Meta, ordering topics.Ordering) {
	in.text(whole, "meta.event_id", meta.EventID)
	in.text(whole, "meta.source", meta.Source)
	in.happened("meta.occurred_at", meta.OccurredAt)
	in.happened("meta.recorded_at", meta.RecordedAt)
	number := sequenceOf(meta, ordering.Contract)
	switch {
	case ordering.Contract == topics.Unordered:
	case number == nil:
		in.find(MissingSequence, whole, ordering.Sequence, "is null, and the topic's events are put in order by it")
	case !validSequence(*number, ordering.Contract):
		in.find(BadSequence, whole, ordering.Sequence, "is %d", *number)
	}
}

// sequenceOf is what orders the event: its sequence or its position, by the ordering contract.
func sequenceOf(meta *schemas.Meta, contract topics.Contract) *int64 {
	switch contract {
	case topics.Dense:
		return meta.Sequence
	case topics.Monotonic:
		return meta.Position
	}
	return nil
}

func validSequence(number int64, contract topics.Contract) bool {
	first := int64(0)
	if contract == topics.Dense {
		first = 1
	}
	return number >= first && number < maxSequence
}

func (in *inspection) text(at place, name, value string) {
	if value == "" {
		in.find(EmptyField, at, name, "is empty")
	}
}

// known refuses what a newer writer says by a name that this release does not have.
func known[E ~string](in *inspection, at place, name string, value E) {
	if value == schemas.Unknown || value == "" {
		in.find(UnknownSymbol, at, name, "holds a value that this release does not know")
	}
}

func knownIfAny[E ~string](in *inspection, at place, name string, value *E) {
	if value != nil {
		known(in, at, name, *value)
	}
}

func (in *inspection) quantity(at place, name string, quantity schemas.Quantity) {
	if quantity < 0 {
		in.find(NegativeQuantity, at, name, "is %s", quantity)
	}
}

func (in *inspection) quantityIfAny(at place, name string, quantity *schemas.Quantity) {
	if quantity != nil {
		in.quantity(at, name, *quantity)
	}
}

func (in *inspection) amount(at place, name string, amount schemas.Amount) {
	if amount < 0 {
		in.find(NegativeAmount, at, name, "is %s", amount)
	}
}

// price checks unit_price and price_unit.
func (in *inspection) price(at place, price schemas.Price, priceUnit int64) {
	if price < 0 {
		in.find(NegativeAmount, at, "unit_price", "is %s", price)
	}
	in.number(at, "price_unit", priceUnit, 1, maxSequence)
}

func (in *inspection) number(at place, name string, number, least, most int64) {
	if number < least || number > most {
		in.find(BadNumber, at, name, "is %d, not between %d and %d", number, least, most)
	}
}

func (in *inspection) percent(at place, name string, percent, most schemas.Percent) {
	if percent < 0 || percent > most {
		in.find(BadNumber, at, name, "is %s per cent, not between 0 and %s", percent, most)
	}
}

func (in *inspection) percentIfAny(at place, name string, percent *schemas.Percent, most schemas.Percent) {
	if percent != nil {
		in.percent(at, name, *percent, most)
	}
}

func (in *inspection) lineNo(at place, lineNo int32) {
	if lineNo < 1 {
		in.find(BadLineNumber, at, "line_no", "is %d", lineNo)
	}
}

func (in *inspection) currency(currency string) {
	valid := len(currency) == 3
	for i := range len(currency) {
		valid = valid && 'A' <= currency[i] && currency[i] <= 'Z'
	}
	if !valid {
		in.find(BadCurrency, whole, "currency", "is %q, not the three capital letters of ISO 4217", currency)
	}
}

// instant checks when something is to be.
func (in *inspection) instant(at place, name string, instant time.Time) {
	if instant.Before(earliest) || !instant.Before(tooLate) {
		in.find(AbsurdDate, at, name, "is %s, not in 1970 to 2199", instant.UTC().Format(time.RFC3339))
	}
}

// happened checks when something was: one that is far ahead comes from a clock that cannot be believed.
func (in *inspection) happened(name string, instant time.Time) {
	in.instant(whole, name, instant)
	if instant.After(in.now.Add(in.ahead)) {
		in.find(AbsurdDate, whole, name, "is %s, more than %s ahead", instant.UTC().Format(time.RFC3339), in.ahead)
	}
}

func (in *inspection) date(at place, name string, date schemas.Date) {
	if date < 0 || date >= schemas.DateOf(tooLate) {
		in.find(AbsurdDate, at, name, "is %s, not in 1970 to 2199", date)
	}
}

// distinct refuses a list in which two entries are the same. Entries usually come in order: then no set is needed.
func distinct[K comparable](in *inspection, list, name string, n int, key func(i int) K, ascending func(a, b K) bool) {
	inOrder := true
	for i := 1; i < n && inOrder; i++ {
		inOrder = ascending(key(i-1), key(i))
	}
	if inOrder {
		return
	}
	seen := make(map[K]int, n)
	for i := range n {
		if first, twice := seen[key(i)]; twice {
			in.find(DuplicateLine, place{list, i}, name, "is the same as %s", place{list, first}.field(name))
			return
		}
		seen[key(i)] = i
	}
}
