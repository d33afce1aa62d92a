package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waybill/inspect"
	sums "waybill/processors/money"
	"waybill/schemas"
)

func newOrder() *cobra.Command {
	return group(&cobra.Command{
		Use:   "order",
		Short: "One order: what happened, what is billed, what blocks the rest; to hold and to release it",
		Example: `  waybill order show SO-1001
  waybill order hold SO-1001 --reason "the customer disputes the price"
  waybill order release SO-1001 --reason "price agreed"`,
	}, newOrderShow(), newOrderHold(), newOrderRelease())
}

func newOrderShow() *cobra.Command {
	var output string
	command := &cobra.Command{
		Use:   "show ID",
		Short: "What happened to an order, what of it is billed, what blocks the rest, who owns that and since when",
		Long: `Shows one order on one screen: where its lines stand, what is billed and by which rule, what blocks the rest with owner,
age and value at risk, and what happened in order of time. The JSON output has all of it as one object.`,
		Example: `  waybill order show SO-1001
  waybill order show SO-1001 --output json | jq '.blocking[] | {class, owner, amount_at_risk}'`,
		Args: arguments("ID of the order", 1),
		RunE: func(command *cobra.Command, args []string) error {
			now := time.Now()
			return answer(command, output, func(view inspect.View) (*inspect.Order, error) {
				return view.Order(command.Context(), args[0], now)
			}, func(p *printer, order *inspect.Order) { printOrder(p, order, now) })
		},
	}
	configFlags(command, connectionKeys...)
	outputFlag(command, &output)
	return command
}

func printOrder(p *printer, order *inspect.Order, now time.Time) {
	state := order.State
	if state == nil {
		p.line("%s  %s", p.strong("Order "+order.OrderID), p.uneasy("where it stands is not known yet: the tracker has not seen it"))
	} else {
		p.line("%s  %s, customer %s, channel %s, as of %s UTC", p.strong("Order "+order.OrderID), state.Status, state.CustomerID, state.Channel, instant(state.AsOf))
		p.line("ordered %s, billed %s, %s", money(&state.Ordered, &state.Currency), billedWords(order), blockedWords(p, order))
		printLines(p, state.Lines)
	}
	printBills(p, order)
	printBlocking(p, order.Blocking, now)
	printAwaited(p, order, now)
	printChain(p, order.Chain)
}

// billedWords is the net of the bills that are shown, first in the order's currency and then in each other one in which
// something stays billed; the tracker's sum may be a moment behind them.
func billedWords(order *inspect.Order) string {
	var net schemas.Amount
	var elsewhere []schemas.Money
	for _, bill := range order.Bills {
		if bill.Currency == order.State.Currency {
			net += bill.Total
		} else {
			elsewhere = sums.Plus(elsewhere, bill.Currency, bill.Total)
		}
	}
	words := money(&net, &order.State.Currency)
	for _, other := range elsewhere {
		words += " and " + money(&other.Amount, &other.Currency)
	}
	return words
}

func blockedWords(p *printer, order *inspect.Order) string {
	switch {
	case len(order.Blocking) == 0 && len(order.Awaited) == 0:
		return p.good("nothing blocks it")
	case len(order.Blocking) == 0:
		return p.uneasy(plural(len(order.Awaited), "event is", "events are") + " missing")
	}
	return p.bad(plural(len(order.Blocking), "exception", "exceptions") + " open")
}

func printLines(p *printer, lines []schemas.OrderLineState) {
	p.line("\n%s", p.strong("Lines"))
	quantities := []string{"ordered", "accepted", "allocated", "picked", "packed", "shipped", "delivered", "returned", "ready", "invoiced"}
	t := p.table("  ", append([]string{"line", "item", "unit", "stage"}, quantities...), append([]string{"line"}, quantities...)...)
	for _, l := range lines {
		item := l.ItemID
		if l.ShippedItemID != nil {
			item += " → " + *l.ShippedItemID
		}
		t.row(l.LineNo, item, l.UOM, l.Stage, some(l.Ordered), some(l.Accepted), some(l.Allocated), some(l.Picked), some(l.Packed), some(l.Shipped),
			some(l.Delivered), some(l.Returned), some(l.InvoiceReady), some(l.Invoiced))
	}
	t.print()
}

// some is a quantity, or a mark for none, so that the eye finds what is there.
func some(quantity schemas.Quantity) string {
	if quantity == 0 {
		return "·"
	}
	return quantity.String()
}

func printBills(p *printer, order *inspect.Order) {
	if len(order.Bills) == 0 {
		p.line("\n%s  nothing yet", p.strong("Billed"))
	} else {
		p.line("\n%s", p.strong("Billed"))
		printBillTable(p, order.Bills, func(on *schemas.Consolidation, currency string) string {
			return fmt.Sprintf("   on consolidated invoice %s, %s: %s, %s", on.InvoiceID, periodWords(on), plural(int(on.Records), "bill", "bills"), sums.Text(on.Total, currency))
		})
	}
	if len(order.Gathered) > 0 {
		p.line("\n%s", p.strong("Ready for a consolidated invoice that has not gone out"))
		printBillTable(p, order.Gathered, func(on *schemas.Consolidation, _ string) string {
			return fmt.Sprintf("   for %s, or the next period if that is closed", periodWords(on))
		})
	}
}

// printBillTable lists bills by line, and below each that is on a consolidated invoice what there is to say of that.
func printBillTable(p *printer, bills []schemas.InvoiceReady, consolidated func(on *schemas.Consolidation, currency string) string) {
	t := p.table("  ", []string{"ready at (UTC)", "what", "shipment", "total", "rule", "because of"}, "total")
	for _, bill := range bills {
		for i, line := range bill.Lines {
			item := line.ShippedItemID
			if line.ShippedItemID != line.OrderedItemID {
				item += " for " + line.OrderedItemID
			}
			words := fmt.Sprintf("%d: %s %s %s at %s = %s", line.LineNo, line.Quantity, line.UOM, item, sums.PriceText(line.UnitPrice, line.PriceUnit, bill.Currency), sums.Digits(line.Amount, bill.Currency))
			if i > 0 {
				t.row("", words, line.ShipmentID)
				continue
			}
			t.row(instant(bill.ReadyAt), words, line.ShipmentID, money(&bill.Total, &bill.Currency), bill.Rule, evidenceWords(bill.Evidence))
		}
		if bill.Consolidated != nil {
			t.row("", consolidated(bill.Consolidated, bill.Currency))
		}
	}
	t.print()
}

// periodWords names the period of a consolidated invoice.
func periodWords(of *schemas.Consolidation) string {
	words := strings.ReplaceAll(of.Schedule, "_", " ") + " " + of.PeriodFrom.String()
	if of.PeriodTo != of.PeriodFrom {
		words += " to " + of.PeriodTo.String()
	}
	return words
}

// evidenceWords names the record that a bill rests on last, and how many more there are.
func evidenceWords(evidence []schemas.Evidence) string {
	if len(evidence) == 0 {
		return ""
	}
	words := place(evidence[len(evidence)-1])
	if more := len(evidence) - 1; more > 0 {
		words += fmt.Sprintf(" and %d more", more)
	}
	return words
}

// place is where a record stands.
func place(at schemas.Evidence) string {
	return fmt.Sprintf("%s/%d@%d", at.Topic, at.Partition, at.Offset)
}

func printBlocking(p *printer, blocking []schemas.Exception, now time.Time) {
	if len(blocking) == 0 {
		return
	}
	p.line("\n%s", p.strong("Blocked by"))
	for _, e := range blocking {
		head := fmt.Sprintf("  %s  %s  owner %s, open for %s, since %s UTC", p.bad(e.Class), e.ExceptionID, e.Owner, span(inspect.Age(&e, now)), instant(e.OpenedAt))
		if e.LineNo != nil {
			head += fmt.Sprintf(", line %d", *e.LineNo)
		}
		if e.AmountAtRisk != nil {
			head += ", at risk " + money(e.AmountAtRisk, e.Currency)
		}
		p.line("%s", head)
		p.line("%s", p.wrap("    ", e.Message))
		p.line("%s", p.wrap("    ", "→ "+e.NextAction))
	}
}

// printAwaited tells of missing events whose deadline has not passed: what came behind them waits.
func printAwaited(p *printer, order *inspect.Order, now time.Time) {
	if len(order.Awaited) == 0 {
		return
	}
	p.line("\n%s", p.strong("Waiting for"))
	for _, hold := range order.Awaited {
		of, what := "order "+order.OrderID, "an event"
		if hold.ShipmentID != nil {
			of = "shipment " + *hold.ShipmentID
		}
		if hold.Sequence != nil {
			what = fmt.Sprintf("event %d", *hold.Sequence)
		}
		p.line("  %s of %s for %s, since %s UTC: what came after it waits; an exception %s when its deadline passes",
			what, of, span(now.Sub(hold.Since)), instant(hold.Since), hold.Class)
	}
}

// longestHappening keeps the chain a table, and otherColumns leave it room on a terminal; the JSON output has the whole text.
const longestHappening, otherColumns = 90, 62

func printChain(p *printer, chain []inspect.Happening) {
	p.line("\n%s", p.strong("What happened"))
	longest := longestHappening
	if p.width > 0 {
		longest = min(longest, max(p.width-otherColumns, 40))
	}
	t := p.table("  ", []string{"at (UTC)", "by", "what", "record"})
	for _, happening := range chain {
		record := ""
		if happening.Record != nil {
			record = place(*happening.Record)
		}
		t.row(instant(happening.At), happening.Source, cut(happening.What, longest), p.faint(record))
	}
	t.print()
}
