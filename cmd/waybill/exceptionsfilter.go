package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waybill/inspect"
	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/topics"
)

// filterFlags choose exceptions.
type filterFlags struct {
	lists     map[string]*[]string // by flag
	amounts   map[string]*string
	olderThan string
	dueBefore string
	text      string
	all       bool
}

var (
	severities = []string{"critical", "high", "medium", "low"}
	statuses   = []string{"open", "assigned", "resolved"}
)

// listFlags are the flags that take one value or several, in the order in which they are explained.
var listFlags = []struct{ name, help string }{
	{"class", "only these classes"},
	{"severity", "only these: critical, high, medium, low"},
	{"owner", "only of these owners"},
	{"order", "only about these orders"},
	{"customer", "only about these customers"},
	{"warehouse", "only about these warehouses"},
	{"item", "only about these items"},
	{"shipment", "only about these shipments"},
	{"invoice", "only about these invoices of ERP"},
	{"source", "only about these systems, or their events"},
	{"channel", "only about orders of these channels"},
	{"segment", "only about customers of these segments"},
	{"currency", "only with an amount at risk in these currencies"},
}

// declare declares the flags; all says what --all is for. Only where resolved exceptions can be chosen is there a --status.
func (f *filterFlags) declare(command *cobra.Command, status bool, all string) {
	flags := command.Flags()
	flags.SortFlags = false
	f.lists, f.amounts = map[string]*[]string{}, map[string]*string{"min-amount": new(""), "max-amount": new("")}
	for _, each := range listFlags {
		f.lists[each.name] = new([]string)
		flags.StringSliceVar(f.lists[each.name], each.name, nil, each.help)
	}
	flags.StringVar(f.amounts["min-amount"], "min-amount", "", "only with so much at risk or more, whatever the currency")
	flags.StringVar(f.amounts["max-amount"], "max-amount", "", "only with so much at risk or less")
	flags.StringVar(&f.olderThan, "older-than", "", "only open for longer than this, for example 36h or 3d")
	flags.StringVar(&f.dueBefore, "due-before", "", "only due before this: now, 12h or 2d from now, 2026-03-31, or an instant")
	flags.StringVar(&f.text, "text", "", "only with this in the message")
	complete := map[string][]string{"class": classNames(), "severity": severities}
	f.lists["status"] = new([]string{"open", "assigned"})
	if status {
		flags.StringSliceVar(f.lists["status"], "status", *f.lists["status"], "only these: open, assigned, resolved")
		complete["status"] = statuses
	}
	flags.BoolVar(&f.all, "all", false, all)
	for name, words := range complete {
		_ = command.RegisterFlagCompletionFunc(name, completeWords(words...)) // the flag was declared above
	}
}

func classNames() []string {
	var names []string
	for _, class := range conditions.Table() {
		names = append(names, class.Name)
	}
	return names
}

// empty tells that no flag narrows the choice.
func (f *filterFlags) empty() bool {
	for _, each := range listFlags {
		if len(*f.lists[each.name]) > 0 {
			return false
		}
	}
	return *f.amounts["min-amount"]+*f.amounts["max-amount"]+f.olderThan+f.dueBefore+f.text == ""
}

// filter checks the values that are words of the program, amounts and times.
func (f *filterFlags) filter(now time.Time) (filter inspect.Filter, err error) {
	for name, words := range map[string][]string{"class": classNames(), "severity": severities, "status": statuses} {
		for _, value := range *f.lists[name] {
			if !slices.Contains(words, value) {
				return filter, usage{fmt.Errorf("--%s: %q is not one of %s", name, value, strings.Join(words, ", "))}
			}
		}
	}
	list := func(name string) []string { return *f.lists[name] }
	filter = inspect.Filter{
		Classes: list("class"), Owners: list("owner"), Orders: list("order"), Customers: list("customer"), Warehouses: list("warehouse"),
		Items: list("item"), Shipments: list("shipment"), Invoices: list("invoice"), Sources: list("source"), Channels: list("channel"), Segments: list("segment"),
		Currencies: list("currency"), Text: f.text,
	}
	for _, severity := range list("severity") {
		filter.Severities = append(filter.Severities, schemas.Severity(severity))
	}
	for _, status := range list("status") {
		filter.Statuses = append(filter.Statuses, schemas.ExceptionStatus(status))
	}
	for name, into := range map[string]**schemas.Amount{"min-amount": &filter.AtLeast, "max-amount": &filter.AtMost} {
		if text := *f.amounts[name]; text != "" {
			amount, err := schemas.ParseAmount(text)
			if err != nil || amount < 0 {
				return filter, usage{fmt.Errorf("--%s: %q is no amount such as 250 or 99.50", name, text)}
			}
			*into = &amount
		}
	}
	if f.olderThan != "" {
		if filter.OlderThan, err = topics.ParseDuration(f.olderThan); err != nil {
			return filter, usage{fmt.Errorf("--older-than: %w", err)}
		}
	}
	if f.dueBefore != "" {
		due, err := instantOf(f.dueBefore, now)
		if err != nil {
			return filter, usage{fmt.Errorf("--due-before: %w", err)}
		}
		filter.DueBefore = &due
	}
	return filter, nil
}

// instantOf reads now, so long from now, a day (its beginning, UTC) or an instant.
func instantOf(text string, now time.Time) (time.Time, error) {
	if text == "now" {
		return now, nil
	}
	if after, err := topics.ParseDuration(text); err == nil {
		return now.Add(after), nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither now, a time from now such as 12h or 2d, a day such as 2026-03-31, nor an instant such as 2026-03-31T08:00:00Z", text)
}
