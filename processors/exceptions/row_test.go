package exceptions

import (
	"reflect"
	"testing"
	"time"

	"waybill/processors/conditions"
	"waybill/schemas"
)

// day is the day of all tests; at is a time of it, in minutes.
var day = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return day.Add(time.Duration(minutes) * time.Minute) }

// raise is a condition of a class with a message and, where amount is not empty, so many euros at risk.
func raise(minutes int, class, message, amount string) *schemas.Condition {
	c := conditions.Raise(at(minutes), "test", class, "ex-1", message)
	if amount != "" {
		c.AmountAtRisk, c.Currency = new(schemas.MustAmount(amount)), new("EUR")
	}
	c.Causes = []schemas.Evidence{{Topic: "wms.shipments", Partition: 3, Offset: 7, EventID: "e-7"}}
	return c
}

func clears(minutes int, resolution string) *schemas.Condition {
	return conditions.Clear(at(minutes), "test", "any", "ex-1", resolution)
}

func assess(orderID, amount, currency string) *schemas.Condition {
	c := conditions.Assess(day, "fulfilment", conditions.Unreadable, "ex-1", orderID)
	if amount != "" {
		c.AmountAtRisk, c.Currency = new(schemas.MustAmount(amount)), new(currency)
	}
	return c
}

func command(minutes int, kind schemas.CommandKind, id, payload string) Command {
	return commandOf(&schemas.Action{Origin: schemas.Evidence{Topic: "o2c.commands", Offset: int64(minutes), EventID: id}, Command: schemas.Command{
		Meta: schemas.Meta{OccurredAt: at(minutes)}, CommandID: id, Actor: "ann", Kind: kind, Target: "ex-1", Reason: "because", Payload: payload,
	}})
}

// rowOf plays conditions and commands in the order given.
func rowOf(steps ...any) Row {
	row := Row{ExceptionID: "ex-1", Owner: "integration", Assessments: []Assessment{}, Commands: []Command{}}
	for _, step := range steps {
		switch step := step.(type) {
		case Command:
			row = row.commanded(step)
		case *schemas.Condition:
			switch step.Kind {
			case schemas.ConditionRaised:
				row = row.raised(step)
			case schemas.ConditionCleared:
				row = row.cleared(step)
			default:
				row = row.assessed(step)
			}
		}
		row, _ = row.asked(day)
		row, _ = row.overrides()
	}
	return row
}

func TestAnExceptionOpensStaysOpenAndClosesWithItsCause(t *testing.T) {
	const class = conditions.NotAccepted // due after 24 h
	for _, test := range []struct {
		name       string
		steps      []any
		status     schemas.ExceptionStatus
		opened     int
		message    string
		resolved   int // −1: not
		resolution string
	}{
		{"raised", []any{raise(5, class, "a", "")}, schemas.ExceptionOpen, 5, "a", -1, ""},
		{"raised again while it stands keeps its opening", []any{raise(5, class, "a", ""), raise(9, class, "b", "")}, schemas.ExceptionOpen, 5, "b", -1, ""},
		{"cleared", []any{raise(5, class, "a", ""), clears(8, "accepted")}, schemas.ExceptionResolved, 5, "a", 8, "accepted"},
		{"cleared without a word", []any{raise(5, class, "a", ""), clears(8, "")}, schemas.ExceptionResolved, 5, "a", 8, "cleared"},
		{"cleared twice", []any{raise(5, class, "a", ""), clears(8, "accepted"), clears(9, "again")}, schemas.ExceptionResolved, 5, "a", 8, "accepted"},
		{"raised anew opens again", []any{raise(5, class, "a", ""), clears(8, "accepted"), raise(12, class, "a", "")}, schemas.ExceptionOpen, 12, "a", -1, ""},
	} {
		e := rowOf(test.steps...).exception()
		if e.Status != test.status || !e.OpenedAt.Equal(at(test.opened)) || !e.DueAt.Equal(at(test.opened+24*60)) || e.Message != test.message {
			t.Errorf("%s: %+v", test.name, e)
		}
		if (test.resolved < 0) != (e.ResolvedAt == nil) || (test.resolved < 0) != (e.Resolution == nil) {
			t.Errorf("%s: resolved at %v: %v", test.name, e.ResolvedAt, e.Resolution)
		} else if test.resolved >= 0 && (!e.ResolvedAt.Equal(at(test.resolved)) || *e.Resolution != test.resolution) {
			t.Errorf("%s: resolved at %v: %s", test.name, e.ResolvedAt, *e.Resolution)
		}
	}
}

func TestWhatWasNeverRaisedIsNoException(t *testing.T) {
	for name, steps := range map[string][]any{
		"nothing":                   {},
		"cleared":                   {clears(3, "gone")},
		"assessed":                  {assess("O-1", "5", "EUR")},
		"commanded":                 {command(1, schemas.CommandResolve, "c-1", "")},
		"assessed without an order": {conditions.Clear(day, "x", "y", "ex-1", "z")},
	} {
		if e := rowOf(steps...).exception(); e != nil {
			t.Errorf("%s: %+v", name, e)
		}
	}
	nameless := assess("", "5", "EUR")
	nameless.OrderID = nil
	if row := rowOf(nameless); len(row.Assessments) != 0 {
		t.Errorf("an assessment of no order was kept: %+v", row)
	}
}

func TestValueAtRiskIsTheConditionsElseTheSumOfTheOrders(t *testing.T) {
	for _, test := range []struct {
		name             string
		steps            []any
		amount, currency string // empty: unknown
		message          string
		orders           []string
	}{
		{"unknown", []any{raise(0, "unreadable", "m", "")}, "", "", "m", []string{}},
		{"raised", []any{raise(0, "unreadable", "m", "7"), assess("O-1", "5", "EUR")}, "7.00", "EUR", "m", []string{"O-1"}},
		{"summed", []any{raise(0, "unreadable", "m", ""), assess("O-2", "5", "EUR"), assess("O-1", "2.50", "EUR")}, "7.50", "EUR", "m", []string{"O-1", "O-2"}},
		{"assessed before it is raised", []any{assess("O-2", "5", "EUR"), raise(0, "unreadable", "m", "")}, "5.00", "EUR", "m", []string{"O-2"}},
		{"assessed again", []any{raise(0, "unreadable", "m", ""), assess("O-1", "5", "EUR"), assess("O-1", "1", "EUR")}, "1.00", "EUR", "m", []string{"O-1"}},
		{"an order without a value", []any{raise(0, "unreadable", "m", ""), assess("O-1", "", ""), assess("O-2", "1", "EUR")}, "1.00", "EUR", "m", []string{"O-1", "O-2"}},
		{"assessed after it has cleared", []any{raise(0, "unreadable", "m", ""), clears(1, "x"), assess("O-1", "5", "EUR")}, "5.00", "EUR", "m", []string{"O-1"}},
		{"two currencies", []any{raise(0, "unreadable", "m.", ""), assess("O-1", "5", "JPY"), assess("O-2", "1", "EUR"), assess("O-3", "2", "EUR")}, "", "",
			"m. Value at risk: 3.00 EUR, 5 JPY.", []string{"O-1", "O-2", "O-3"}},
	} {
		e := rowOf(test.steps...).exception()
		amount, currency := "", ""
		if e.AmountAtRisk != nil {
			amount, currency = e.AmountAtRisk.String(), *e.Currency
		}
		if amount != test.amount || currency != test.currency || e.Message != test.message || !reflect.DeepEqual(e.OrderIDs, test.orders) {
			t.Errorf("%s: %s %s %q %q", test.name, amount, currency, e.Message, e.OrderIDs)
		}
	}
}

func TestOrdersAreThoseOfTheConditionAndOfTheAssessments(t *testing.T) {
	own := raise(0, "unreadable", "m", "")
	own.OrderID, own.LineNo = new("O-2"), new(int32(4))
	e := rowOf(assess("O-3", "", ""), own, assess("O-1", "", ""), assess("O-2", "", "")).exception()
	if want := []string{"O-1", "O-2", "O-3"}; !reflect.DeepEqual(e.OrderIDs, want) || *e.OrderID != "O-2" || *e.LineNo != 4 {
		t.Errorf("orders %q, order %v, line %v", e.OrderIDs, *e.OrderID, *e.LineNo)
	}
	e = rowOf(own).exception()
	if !reflect.DeepEqual(e.OrderIDs, []string{"O-2"}) {
		t.Errorf("orders %q", e.OrderIDs)
	}
	e = rowOf(raise(0, "unreadable", "m", ""), assess("O-9", "", "")).exception()
	if e.OrderID == nil || *e.OrderID != "O-9" {
		t.Errorf("the one order concerned is not its order: %v", e.OrderID)
	}
}

func TestCustomerChannelAndSegmentAreWhatAllAgreeOn(t *testing.T) {
	from := func(orderID, customer, channel string) *schemas.Condition {
		c := assess(orderID, "", "")
		c.CustomerID, c.Channel = new(customer), new(channel)
		return c
	}
	e := rowOf(raise(0, "unreadable", "m", ""), from("O-1", "C-1", "web"), from("O-2", "C-1", "edi"), assess("O-3", "", "")).exception()
	if e.CustomerID == nil || *e.CustomerID != "C-1" || e.Channel != nil || e.Segment != nil {
		t.Errorf("customer %v, channel %v, segment %v", e.CustomerID, e.Channel, e.Segment)
	}
	own := raise(0, "unreadable", "m", "")
	own.Channel = new("phone")
	if e = rowOf(own, from("O-1", "C-1", "web")).exception(); *e.Channel != "phone" {
		t.Errorf("channel %s: the condition's goes first", *e.Channel)
	}
}

func TestNextActionSaysWhereAResolveDoesNotClose(t *testing.T) {
	if got, want := nextAction(mustClass(conditions.MissingWeight)), "Have the warehouse enter the weight of the line. The exception closes by itself (the weight arrives); to resolve it by hand only leaves a note."; got != want {
		t.Errorf("got %q", got)
	}
	for _, name := range []string{conditions.WrongAuthority, conditions.Unreadable} {
		if class := mustClass(name); nextAction(class) != class.NextAction {
			t.Errorf("%s: %q", name, nextAction(class))
		}
	}
}

func mustClass(name string) conditions.Class {
	class, ok := conditions.Of(name)
	if !ok {
		panic(name)
	}
	return class
}
