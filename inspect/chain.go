package inspect

import (
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/processors/money"
	"waybill/schemas"
)

// Happening is one thing that happened to an order.
type Happening struct {
	At     time.Time         `json:"at"`
	What   string            `json:"what"`
	Source string            `json:"source"`           // system, stage or person
	Record *schemas.Evidence `json:"record,omitempty"` // that says so

	step step
}

// step orders what happened at the same time: causes before what follows from them.
type step uint8

const (
	ordering step = iota
	shipping
	opening // of an exception
	commanding
	resolving
	billing
	invoicing
)

// linesShown bounds how many lines of an event are spelt out.
const linesShown = 4

// listed spells out the first lines of an event.
func listed[L any](lines []L, say func(L) string) string {
	var said []string
	for _, line := range lines[:min(len(lines), linesShown)] {
		said = append(said, say(line))
	}
	text := strings.Join(said, ", ")
	if more := len(lines) - linesShown; more > 0 {
		text += fmt.Sprintf(" and %d more lines", more)
	}
	return text
}

func orderHappening(event *schemas.OrderEvent) Happening {
	if acceptance := event.Acceptance; acceptance != nil {
		lines := listed(acceptance.Lines, func(l schemas.AcceptedLine) string {
			text := fmt.Sprintf("%d: %s %s %s at %s", l.LineNo, l.ConfirmedQuantity, l.UOM, l.ItemID, money.PriceText(l.UnitPrice, l.PriceUnit, acceptance.Currency))
			if l.Status != acceptance.Status && l.Status != schemas.Accepted {
				text += " " + string(l.Status)
			}
			return text
		})
		return happened(ordering, acceptance.Meta, event.Origin, acceptanceWords[acceptance.Status], lines)
	}
	order := event.Order
	lines := listed(order.Lines, func(l schemas.OrderLine) string {
		text := fmt.Sprintf("%d: %s %s %s", l.LineNo, l.Quantity, l.UOM, l.ItemID)
		if l.Status == schemas.LineCancelled {
			text += " cancelled"
		}
		return text
	})
	return happened(ordering, order.Meta, event.Origin, "order "+string(order.Status), lines)
}

var acceptanceWords = map[schemas.AcceptanceStatus]string{
	schemas.Accepted:            "accepted",
	schemas.AcceptanceChanged:   "accepted with changes",
	schemas.AcceptanceRejected:  "not accepted",
	schemas.AcceptanceCancelled: "acceptance cancelled",
}

func shipmentHappening(event *schemas.ShipmentEvent) Happening {
	shipment := event.Shipment
	what := fmt.Sprintf("shipment %s %s at %s", shipment.ShipmentID, shipment.Milestone, shipment.WarehouseID)
	if len(shipment.Lines) == 0 {
		return happened(shipping, shipment.Meta, event.Origin, what, "without this order")
	}
	lines := listed(shipment.Lines, func(l schemas.ShipmentLine) string {
		text := fmt.Sprintf("%d: %s %s %s", l.LineNo, l.Quantity, l.UOM, l.ItemID)
		if l.SubstituteFor != nil {
			text += " for " + *l.SubstituteFor
		}
		return text
	})
	if shipment.LastForOrder {
		lines += "; the last of the order"
	}
	return happened(shipping, shipment.Meta, event.Origin, what, lines)
}

func billHappening(bill *schemas.InvoiceReady, record *kgo.Record) Happening {
	what := "ready to invoice"
	if bill.Corrects != nil {
		what = "corrected by a credit"
	} else if bill.Revision > 1 {
		what = "ready to invoice again"
	}
	what += fmt.Sprintf(": %s (%s)", money.Text(bill.Total, bill.Currency), bill.Rule)
	if on := bill.Consolidated; on != nil {
		what += " on consolidated invoice " + on.InvoiceID
	}
	return Happening{
		At: bill.ReadyAt, Source: "fulfilment", What: what,
		Record: &schemas.Evidence{Topic: record.Topic, Partition: record.Partition, Offset: record.Offset, EventID: bill.InvoiceReadyID},
		step:   billing,
	}
}

func invoiceHappening(event *schemas.OrderInvoice) Happening {
	invoice := event.Invoice
	what := fmt.Sprintf("%s %s", strings.ReplaceAll(string(invoice.Kind), "_", " "), invoice.InvoiceID)
	if invoice.RefersTo != nil {
		what += " of " + *invoice.RefersTo
	}
	if len(invoice.Lines) == 0 {
		return happened(invoicing, invoice.Meta, event.Origin, what, "without this order")
	}
	return happened(invoicing, invoice.Meta, event.Origin, what, listed(invoice.Lines, func(l schemas.InvoiceLine) string {
		return fmt.Sprintf("%d: %s %s %s = %s", l.LineNo, l.Quantity, l.UOM, l.ItemID, money.Text(l.Amount, invoice.Currency))
	}))
}

func exceptionHappenings(e schemas.Exception) []Happening {
	opened := Happening{step: opening, At: e.OpenedAt, Source: "exceptions", What: fmt.Sprintf("exception %s (%s): %s", e.Class, e.ExceptionID, e.Message)}
	if len(e.Causes) > 0 {
		opened.Record = &e.Causes[0]
	}
	if e.ResolvedAt == nil {
		return []Happening{opened}
	}
	resolved := opened
	resolved.step, resolved.At, resolved.What = resolving, *e.ResolvedAt, fmt.Sprintf("exception %s (%s) resolved", e.Class, e.ExceptionID)
	if e.Resolution != nil {
		resolved.What += ": " + *e.Resolution
	}
	return []Happening{opened, resolved}
}

// commandHappening tells a command, and what it changed of what is billed.
func commandHappening(action *schemas.Action, changed string) Happening {
	command := action.Command
	what := fmt.Sprintf("%s of %s", command.Kind, command.Target)
	if changed != "" {
		what += " " + changed
	}
	if command.Payload != "" {
		what += " " + command.Payload
	}
	what += ": " + command.Reason
	return Happening{step: commanding, At: command.Meta.OccurredAt, Source: command.Actor, What: what, Record: &action.Origin}
}

func happened(at step, meta schemas.Meta, origin schemas.Evidence, what, detail string) Happening {
	if detail != "" {
		what += ": " + detail
	}
	return Happening{step: at, At: meta.OccurredAt, Source: meta.Source, What: what, Record: &origin}
}
