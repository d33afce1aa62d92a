package main

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"time"

	"waybill/inspect"
	"waybill/schemas"
)

// column is one thing that a list of exceptions can show.
type column struct {
	name   string // as in JSON, where it is a field there
	header string // for people
	number bool   // set to the right
	people func(p *printer, e *schemas.Exception, now time.Time) cell
	plain  func(e *schemas.Exception, now time.Time) string // for programs: times in seconds, no colour
}

// said is a column that is the same for people and for programs.
func said(name, header string, of func(e *schemas.Exception) string) column {
	return column{name: name, header: header, people: func(_ *printer, e *schemas.Exception, _ time.Time) cell {
		return strings.ReplaceAll(of(e), "\n", " ")
	}, plain: func(e *schemas.Exception, _ time.Time) string { return of(e) }}
}

// moment is a column that is an instant.
func moment(name, header string, of func(e *schemas.Exception) *time.Time) column {
	show := func(e *schemas.Exception, layout string) string {
		if at := of(e); at != nil {
			return at.UTC().Format(layout)
		}
		return ""
	}
	return column{name: name, header: header + " (UTC)", people: func(_ *printer, e *schemas.Exception, _ time.Time) cell {
		return show(e, "2006-01-02 15:04:05")
	}, plain: func(e *schemas.Exception, _ time.Time) string { return show(e, time.RFC3339) }}
}

// columns are all that there are, in the order in which --columns all and CSV have them.
var columns = []column{
	{name: "exception_id", header: "exception", people: func(p *printer, e *schemas.Exception, _ time.Time) cell { return p.id(e.ExceptionID) },
		plain: func(e *schemas.Exception, _ time.Time) string { return e.ExceptionID }},
	said("class", "class", func(e *schemas.Exception) string { return e.Class }),
	{name: "severity", header: "severity", people: func(p *printer, e *schemas.Exception, _ time.Time) cell { return p.severity(e.Severity) },
		plain: func(e *schemas.Exception, _ time.Time) string { return string(e.Severity) }},
	{name: "escalation", header: "escalated", number: true, people: func(_ *printer, e *schemas.Exception, _ time.Time) cell { return e.Escalation },
		plain: func(e *schemas.Exception, _ time.Time) string { return fmt.Sprint(e.Escalation) }},
	{name: "amount_at_risk", header: "at risk", number: true, people: func(_ *printer, e *schemas.Exception, _ time.Time) cell { return money(e.AmountAtRisk, e.Currency) },
		plain: func(e *schemas.Exception, _ time.Time) string { return value(e.AmountAtRisk) }},
	{name: "currency", header: "currency", people: func(_ *printer, e *schemas.Exception, _ time.Time) cell { return value(e.Currency) },
		plain: func(e *schemas.Exception, _ time.Time) string { return value(e.Currency) }},
	{name: "age", header: "age", number: true, people: func(_ *printer, e *schemas.Exception, now time.Time) cell { return span(inspect.Age(e, now)) },
		plain: func(e *schemas.Exception, now time.Time) string {
			return fmt.Sprintf("%.0f", inspect.Age(e, now).Seconds())
		}},
	{name: "due", header: "due", number: true, people: func(p *printer, e *schemas.Exception, now time.Time) cell { return dueWords(p, e, now) },
		plain: func(e *schemas.Exception, now time.Time) string {
			return fmt.Sprintf("%.0f", e.DueAt.Sub(now).Seconds())
		}},
	said("owner", "owner", func(e *schemas.Exception) string { return e.Owner }),
	{name: "order_ids", header: "order", people: func(_ *printer, e *schemas.Exception, _ time.Time) cell { return ordersOf(e) },
		plain: func(e *schemas.Exception, _ time.Time) string { return strings.Join(ordersList(e), " ") }},
	said("status", "status", func(e *schemas.Exception) string { return string(e.Status) }),
	said("line_no", "line", func(e *schemas.Exception) string { return value(e.LineNo) }),
	said("customer_id", "customer", func(e *schemas.Exception) string { return value(e.CustomerID) }),
	said("warehouse_id", "warehouse", func(e *schemas.Exception) string { return value(e.WarehouseID) }),
	said("item_id", "item", func(e *schemas.Exception) string { return value(e.ItemID) }),
	said("shipment_id", "shipment", func(e *schemas.Exception) string { return value(e.ShipmentID) }),
	said("invoice_id", "invoice", func(e *schemas.Exception) string { return value(e.InvoiceID) }),
	said("source", "source", func(e *schemas.Exception) string { return value(e.Source) }),
	said("channel", "channel", func(e *schemas.Exception) string { return value(e.Channel) }),
	said("segment", "segment", func(e *schemas.Exception) string { return value(e.Segment) }),
	moment("opened_at", "opened", func(e *schemas.Exception) *time.Time { return &e.OpenedAt }),
	moment("due_at", "due", func(e *schemas.Exception) *time.Time { return &e.DueAt }),
	moment("resolved_at", "resolved", func(e *schemas.Exception) *time.Time { return e.ResolvedAt }),
	said("resolution", "resolution", func(e *schemas.Exception) string { return value(e.Resolution) }),
	said("actor", "last command by", func(e *schemas.Exception) string { return value(e.Actor) }),
	said("reason", "because", func(e *schemas.Exception) string { return value(e.Reason) }),
	said("answer", "answer", func(e *schemas.Exception) string { return value(e.Answer) }),
	said("message", "message", func(e *schemas.Exception) string { return e.Message }),
	said("next_action", "what to do", func(e *schemas.Exception) string { return e.NextAction }),
}

// usualColumns are shown when nothing else is asked for. A terminal cuts rows at its edge, so what decides comes first.
var usualColumns = []string{"exception_id", "class", "amount_at_risk", "age", "due", "severity", "owner", "order_ids", "status", "message"}

func columnNames() []string {
	var names []string
	for _, each := range columns {
		names = append(names, each.name)
	}
	return names
}

// columnsOf are the columns of these names, in their order; all names them all.
func columnsOf(names []string) ([]column, error) {
	var chosen []column
	for _, name := range names {
		if name == "all" {
			chosen = append(chosen, columns...)
			continue
		}
		at := slices.IndexFunc(columns, func(each column) bool { return each.name == name })
		if at < 0 {
			return nil, usage{fmt.Errorf("--columns: %q is not one of all, %s", name, strings.Join(columnNames(), ", "))}
		}
		chosen = append(chosen, columns[at])
	}
	return chosen, nil
}

func tableOf(p *printer, exceptions []schemas.Exception, chosen []column, now time.Time) *tabular {
	var header, numbered []string
	for _, each := range chosen {
		if header = append(header, each.header); each.number {
			numbered = append(numbered, each.header)
		}
	}
	t := p.table("", header, numbered...)
	for _, e := range exceptions {
		var row []cell
		for _, each := range chosen {
			row = append(row, each.people(p, &e, now))
		}
		t.row(row...)
	}
	return t
}

// writeCSV writes exceptions as RFC 4180 has it, instants in UTC, what is left or past of a time in seconds.
func writeCSV(p *printer, exceptions []schemas.Exception, chosen []column, now time.Time) error {
	writer := csv.NewWriter(p.out)
	var row []string
	for _, each := range chosen {
		row = append(row, each.name)
	}
	if err := writer.Write(row); err != nil {
		return err
	}
	for _, e := range exceptions {
		row = row[:0]
		for _, each := range chosen {
			row = append(row, each.plain(&e, now))
		}
		if err := writer.Write(row); err != nil {
			return err
		}
	}
	writer.Flush()
	return writer.Error()
}
