package inspect_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"waybill/inspect"
	"waybill/schemas"
	"waybill/topics"
)

func ids(exceptions []schemas.Exception) string {
	var ids []string
	for _, e := range exceptions {
		ids = append(ids, e.ExceptionID)
	}
	return strings.Join(ids, " ")
}

func TestFiltersNarrowAndTheirValuesWiden(t *testing.T) {
	e := exception("ex-1", "unreadable", time.Hour, "-12.50", "O-1", "O-2")
	e.CustomerID, e.InvoiceID = new("C-1"), new("I-1")
	for _, c := range []struct {
		name   string
		filter inspect.Filter
		want   bool
	}{
		{"none", inspect.Filter{}, true},
		{"its class", inspect.Filter{Classes: []string{"unbilled", "unreadable"}}, true},
		{"other classes", inspect.Filter{Classes: []string{"unbilled"}}, false},
		{"an order of several", inspect.Filter{Orders: []string{"O-2"}}, true},
		{"another order", inspect.Filter{Orders: []string{"O-3"}}, false},
		{"customer and class", inspect.Filter{Customers: []string{"C-1"}, Classes: []string{"unreadable"}}, true},
		{"customer, but another class", inspect.Filter{Customers: []string{"C-1"}, Classes: []string{"unbilled"}}, false},
		{"a warehouse that it does not have", inspect.Filter{Warehouses: []string{"east"}}, false},
		{"severity", inspect.Filter{Severities: []schemas.Severity{schemas.SeverityLow}}, false},
		{"status", inspect.Filter{Statuses: []schemas.ExceptionStatus{schemas.ExceptionOpen}}, true},
		{"owner", inspect.Filter{Owners: []string{"billing"}}, false},
		{"its invoice", inspect.Filter{Invoices: []string{"I-1"}}, true},
		{"another invoice", inspect.Filter{Invoices: []string{"I-2"}}, false},
		{"source", inspect.Filter{Sources: []string{"erp"}}, false},
		{"channel", inspect.Filter{Channels: []string{"web"}}, false},
		{"segment", inspect.Filter{Segments: []string{"retail"}}, false},
		{"item", inspect.Filter{Items: []string{"SAW"}}, false},
		{"shipment", inspect.Filter{Shipments: []string{"S-1"}}, false},
		{"its currency", inspect.Filter{Currencies: []string{"EUR"}}, true},
		{"a credit's size is enough", inspect.Filter{AtLeast: new(schemas.MustAmount("12.5"))}, true},
		{"not enough", inspect.Filter{AtLeast: new(schemas.MustAmount("12.51"))}, false},
		{"at most", inspect.Filter{AtMost: new(schemas.MustAmount("12.5"))}, true},
		{"too much", inspect.Filter{AtMost: new(schemas.MustAmount("12.49"))}, false},
		{"older", inspect.Filter{OlderThan: 59 * time.Minute}, true},
		{"not older", inspect.Filter{OlderThan: time.Hour}, false},
		{"due before", inspect.Filter{DueBefore: new(now.Add(1))}, true},
		{"due at", inspect.Filter{DueBefore: &now}, false},
		{"in the message", inspect.Filter{Text: "Quantity IS"}, true},
		{"not in the message", inspect.Filter{Text: "price"}, false},
	} {
		if got := c.filter.Matches(e, now); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestWhatHasNoAmountIsNeitherSmallNorLargeAndWhatIsResolvedIsNotDue(t *testing.T) {
	e := exception("ex-1", "unreadable", time.Hour, "")
	for _, filter := range []inspect.Filter{{AtLeast: new(schemas.Amount(0))}, {AtMost: new(schemas.MustAmount("9"))}} {
		if filter.Matches(e, now) {
			t.Errorf("%+v", filter)
		}
	}
	due := inspect.Filter{DueBefore: new(now.Add(1))}
	if e.Status = schemas.ExceptionResolved; due.Matches(e, now) {
		t.Error("it is resolved")
	}
}

func TestTheLatestStateOfEachExceptionCounts(t *testing.T) {
	c := startCluster(t)
	for _, id := range []string{"ex-aaaa1", "ex-aaaa2", "ex-bbbb1", "ex-gone1"} {
		write(c, topics.Exceptions, id, exception(id, "unreadable", time.Hour, ""))
	}
	closed := exception("ex-bbbb1", "unreadable", time.Hour, "")
	closed.Status, closed.ResolvedAt = schemas.ExceptionResolved, new(now)
	write(c, topics.Exceptions, "ex-bbbb1", closed)
	write(c, topics.Exceptions, "ex-gone1", nil)

	queue, err := c.view().Queue(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	open := queue.Choose(inspect.Filter{Statuses: []schemas.ExceptionStatus{schemas.ExceptionOpen}}, inspect.ByCost, now)
	if ids(open) != "ex-aaaa1 ex-aaaa2" {
		t.Errorf("open: %s", ids(open))
	}
	named, err := queue.ByID([]string{"ex-bbbb", "ex-aaaa1", "ex-bbbb1"})
	if err != nil || ids(named) != "ex-bbbb1 ex-aaaa1" {
		t.Errorf("by id: %s, %v", ids(named), err)
	}
	_, err = queue.ByID([]string{"ex-aaaa", "ex-", "ex-gone1"})
	if !errors.Is(err, inspect.ErrNoSuchException) || !strings.Contains(err.Error(), `2 exceptions begin with "ex-aaaa"`) || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("all three ids are wrong: %v", err)
	}
}

func TestAnOrderIsFreeWhenNothingElseStandsInItsWay(t *testing.T) {
	c := startCluster(t)
	for id, orders := range map[string][]string{"ex-aaaa1": {"O-1", "O-2"}, "ex-bbbb1": {"O-2", "O-3"}, "ex-cccc1": {"O-3"}} {
		write(c, topics.Exceptions, id, exception(id, "unreadable", time.Hour, "", orders...))
	}
	resolved := exception("ex-gone1", "unreadable", time.Hour, "", "O-1")
	resolved.Status, resolved.ResolvedAt = schemas.ExceptionResolved, new(now)
	write(c, topics.Exceptions, "ex-gone1", resolved)
	queue, err := c.view().Queue(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		closing      []string
		orders, free int
	}{{[]string{"ex-aaaa1"}, 2, 1}, {[]string{"ex-aaaa1", "ex-bbbb1"}, 3, 2}, {[]string{"ex-bbbb1"}, 2, 0}, {nil, 0, 0}} {
		closing, err := queue.ByID(test.closing)
		if err != nil {
			t.Fatal(err)
		}
		if freed := queue.Freed(closing); freed.Orders != test.orders || freed.Free != test.free {
			t.Errorf("%v: %d of %d orders are free, want %d of %d", test.closing, freed.Free, freed.Orders, test.free, test.orders)
		}
	}
	twice := []schemas.Exception{
		*exception("ex-1", "unreadable", time.Hour, "37", "O-1"), *exception("ex-2", "unreadable", time.Hour, "37", "O-1"),
		*exception("ex-3", "unreadable", time.Hour, "-2", "O-2"), *exception("ex-4", "unapplied_payment", time.Hour, "5"), *exception("ex-5", "unapplied_payment", time.Hour, "6"),
	}
	if worth := queue.Freed(twice).Worth; len(worth) != 1 || worth["EUR"] != schemas.MustAmount("50") {
		t.Errorf("worth %v: two events of one order keep the same from being billed", worth)
	}
}

func TestCommandsOfATargetComeInTheOrderInWhichTheyWereGiven(t *testing.T) {
	c := startCluster(t)
	for i, kind := range []schemas.CommandKind{schemas.CommandReplay, schemas.CommandAssign} {
		at := now.Add(-time.Duration(i) * time.Hour)
		command := schemas.Command{Meta: schemas.Meta{EventID: "e", Source: "waybill", OccurredAt: at, RecordedAt: at}, CommandID: string(kind), Actor: "ada", Kind: kind, Target: "ex-1", Reason: "r"}
		write(c, topics.Actions, "ex-1", &schemas.Action{Command: command})
		command.Target = "ex-2"
		write(c, topics.Actions, "ex-2", &schemas.Action{Command: command})
	}
	commands, err := c.view().Commands(c.ctx, "ex-1")
	if err != nil || !slices.EqualFunc(commands, []string{"assign", "replay"}, func(c schemas.Command, id string) bool { return c.CommandID == id }) {
		t.Errorf("%+v, %v", commands, err)
	}
}
