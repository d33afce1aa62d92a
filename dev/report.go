package dev

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"waybill/inspect"
	"waybill/schemas"
	"waybill/topics"
)

// OpenExceptions are the exceptions that are not resolved.
func (p *Played) OpenExceptions() ([]schemas.Exception, error) {
	var open []schemas.Exception
	for _, record := range p.Latest(topics.Exceptions.Name()) {
		var exception schemas.Exception
		if err := decode(record, &exception); err != nil {
			return nil, err
		}
		if exception.Status != schemas.ExceptionResolved {
			open = append(open, exception)
		}
	}
	return open, nil
}

func decode(record inspect.Record, into any) error {
	if err := json.Unmarshal(record.Value, into); err != nil {
		return fmt.Errorf("%s partition %d offset %d: %w", record.Topic, record.Partition, record.Offset, err)
	}
	return nil
}

// WriteJSON prints every record, one a line.
func (p *Played) WriteJSON(to io.Writer) error {
	encoder := json.NewEncoder(to)
	for _, record := range p.Records {
		if err := encoder.Encode(record); err != nil {
			return err
		}
	}
	return nil
}

// WriteTables prints what can be billed, what stands in the way, what is owed, and what could not be read.
func (p *Played) WriteTables(to io.Writer) error {
	for _, write := range []func(io.Writer) error{p.writeBills, p.writeExceptions, p.writeReceivables, p.writeDeadLetters} {
		if err := write(to); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(to, "\n%d lines played in %.1f s\n", p.Lines, p.Took.Seconds())
	return err
}

func newTable(to io.Writer, title string, header ...any) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(to)
	style := table.StyleLight
	style.Title.Format = text.FormatDefault
	style.Format.Header = text.FormatDefault
	style.Format.Footer = text.FormatDefault
	t.SetStyle(style)
	t.SetTitle("%s", title)
	t.AppendHeader(table.Row(header))
	return t
}

// shown bounds how many rows a table has on a terminal; the JSON output has them all.
const shown = 50

func render(to io.Writer, t table.Writer, rows []table.Row) {
	for _, row := range rows[:min(len(rows), shown)] {
		t.AppendRow(row)
	}
	t.Render()
	if len(rows) > shown {
		_, _ = fmt.Fprintf(to, "… and %d more: --output json prints all of them\n", len(rows)-shown)
	}
}

func (p *Played) writeBills(to io.Writer) error {
	var rows []table.Row
	totals := map[string]schemas.Amount{}
	var currencies []string
	for _, record := range p.Records {
		if record.Topic != topics.InvoiceReady.Name() {
			continue
		}
		var bill schemas.InvoiceReady
		if err := decode(record, &bill); err != nil {
			return err
		}
		lines := ""
		for i, line := range bill.Lines {
			if i > 0 {
				lines += "\n"
			}
			lines += fmt.Sprintf("%d: %s × %s", line.LineNo, line.Quantity, line.ShippedItemID)
			if line.ShippedItemID != line.OrderedItemID {
				lines += " for " + line.OrderedItemID
			}
			lines += fmt.Sprintf(" = %s", line.Amount)
		}
		if _, known := totals[bill.Currency]; !known {
			currencies = append(currencies, bill.Currency)
		}
		totals[bill.Currency] += bill.Total
		rows = append(rows, table.Row{bill.OrderID, bill.CustomerID, bill.Kind, bill.Rule, lines, bill.Total.String() + " " + bill.Currency})
	}
	if len(rows) == 0 {
		_, err := fmt.Fprintln(to, "Nothing is ready to be invoiced.")
		return err
	}
	t := newTable(to, fmt.Sprintf("Invoice-ready: %d", len(rows)), "order", "customer", "kind", "rule", "lines", "total")
	for _, currency := range currencies {
		t.AppendFooter(table.Row{"", "", "", "", "net", totals[currency].String() + " " + currency})
	}
	render(to, t, rows)
	return nil
}

func (p *Played) writeExceptions(to io.Writer) error {
	open, err := p.OpenExceptions()
	if err != nil {
		return err
	}
	var rows []table.Row
	for _, exception := range open {
		order, risk := "", ""
		if exception.OrderID != nil {
			order = *exception.OrderID
		}
		if exception.AmountAtRisk != nil && exception.Currency != nil {
			risk = exception.AmountAtRisk.String() + " " + *exception.Currency
		}
		rows = append(rows, table.Row{exception.Class, exception.Severity, order, exception.Owner, risk, exception.Message})
	}
	if len(rows) == 0 {
		_, err := fmt.Fprintln(to, "No open exceptions.")
		return err
	}
	t := newTable(to, fmt.Sprintf("Open exceptions: %d", len(rows)), "class", "severity", "order", "owner", "at risk", "message")
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 6, WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}})
	render(to, t, rows)
	return nil
}

func (p *Played) writeReceivables(to io.Writer) error {
	var rows []table.Row
	for _, record := range p.Latest(topics.Receivables.Name()) {
		var owed schemas.Receivable
		if err := decode(record, &owed); err != nil {
			return err
		}
		rows = append(rows, table.Row{owed.InvoiceID, owed.CustomerID, owed.State, owed.Billed, owed.Paid, owed.Credited, owed.Disputed, owed.Open, owed.Collectable})
	}
	if len(rows) == 0 {
		return nil
	}
	t := newTable(to, fmt.Sprintf("Receivables: %d", len(rows)), "invoice", "customer", "state", "billed", "paid", "credited", "disputed", "open", "collectable")
	render(to, t, rows)
	return nil
}

func (p *Played) writeDeadLetters(to io.Writer) error {
	var rows []table.Row
	for _, record := range p.Records {
		if record.Topic != topics.DeadLetters {
			continue
		}
		key := ""
		if record.Key != nil {
			key = *record.Key
		}
		h := record.Headers
		rows = append(rows, table.Row{h["waybill.original.topic"], key, h["waybill.error.class"], h["waybill.error.field"], len(record.Raw), h["waybill.error.message"]})
	}
	if len(rows) == 0 {
		return nil
	}
	t := newTable(to, fmt.Sprintf("Dead letters: %d", len(rows)), "topic", "key", "class", "field", "bytes", "message")
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 6, WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}})
	render(to, t, rows)
	return nil
}
