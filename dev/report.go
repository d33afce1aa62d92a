package dev

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"waybill/inspect"
	"waybill/processors/money"
	"waybill/schemas"
	"waybill/topics"
)

// OpenExceptions are the exceptions that are not resolved, by id.
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

// WriteJSON prints every record, one a line.
func (p *Played) WriteJSON(to io.Writer) error {
	encoder := json.NewEncoder(to)
	encoder.SetEscapeHTML(false)
	for _, record := range p.Records {
		if err := encoder.Encode(record); err != nil {
			return err
		}
	}
	return nil
}

// WriteTables prints what can be billed, what stands in the way, what is owed, and what could not be read, within the
// width of a terminal; 0: it goes elsewhere.
func (p *Played) WriteTables(to io.Writer, width int) error {
	for _, list := range []func() (*listing, error){p.bills, p.exceptions, p.receivables, p.deadLetters} {
		listing, err := list()
		if err != nil {
			return err
		}
		listing.write(to, width)
		fmt.Fprintln(to)
	}
	lines := "lines"
	if p.Lines == 1 {
		lines = "line"
	}
	_, err := fmt.Fprintf(to, "%d %s played in %.1f s\n", p.Lines, lines, p.Took.Seconds())
	return err
}

// titled says how many rows there are of what.
func titled(what string, n int) string {
	if n == 0 {
		return what + ": none"
	}
	return fmt.Sprintf("%s: %d", what, n)
}

func (p *Played) bills() (*listing, error) {
	l := &listing{header: []string{"order", "customer", "kind", "rule", "total"}, numbers: []int{4}}
	net := Money{}
	for _, record := range p.of(topics.InvoiceReady.Name()) {
		var bill schemas.InvoiceReady
		if err := decode(record, &bill); err != nil {
			return nil, err
		}
		var below []string
		for _, line := range bill.Lines {
			of := line.ShippedItemID
			if line.ShippedItemID != line.OrderedItemID {
				of += " for " + line.OrderedItemID
			}
			below = append(below, fmt.Sprintf("line %d: %s × %s = %s", line.LineNo, line.Quantity, of, money.Digits(line.Amount, bill.Currency)))
		}
		net[bill.Currency] += bill.Total
		l.add([]string{bill.OrderID, bill.CustomerID, string(bill.Kind), bill.Rule, money.Text(bill.Total, bill.Currency)}, below...)
	}
	l.title = titled("Invoice-ready", len(l.rows))
	if len(net) > 0 {
		l.title += ", net " + net.String()
	}
	return l, nil
}

func (p *Played) exceptions() (*listing, error) {
	open, err := p.OpenExceptions()
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(open, func(x, y schemas.Exception) int {
		return cmp.Or(cmp.Compare(rank(y.Severity), rank(x.Severity)), cmp.Compare(x.Class, y.Class), cmp.Compare(about(&x), about(&y)))
	})
	title := titled("Open exceptions", len(open))
	if resolved := len(p.Latest(topics.Exceptions.Name())) - len(open); resolved > 0 {
		title += fmt.Sprintf("; %d resolved", resolved)
	}
	l := &listing{title: title, header: []string{"class", "severity", "about", "owner", "at risk"}, numbers: []int{4}}
	for _, exception := range open {
		risk := ""
		if exception.AmountAtRisk != nil && exception.Currency != nil {
			risk = money.Text(*exception.AmountAtRisk, *exception.Currency)
		}
		l.add([]string{exception.Class, string(exception.Severity), about(&exception), exception.Owner, risk}, exception.Message, exception.ExceptionID)
	}
	return l, nil
}

// rank orders severities as they are listed: the worse, the higher.
func rank(severity schemas.Severity) int {
	return slices.Index([]schemas.Severity{schemas.SeverityLow, schemas.SeverityMedium, schemas.SeverityHigh, schemas.SeverityCritical}, severity)
}

// about is what an exception is about, as narrow as it says.
func about(exception *schemas.Exception) string {
	if len(exception.OrderIDs) > 1 {
		return strings.Join(exception.OrderIDs, ", ")
	}
	for _, id := range []*string{exception.OrderID, exception.ShipmentID, exception.InvoiceID, exception.ItemID, exception.CustomerID, exception.WarehouseID} {
		if id != nil {
			return *id
		}
	}
	return ""
}

func (p *Played) receivables() (*listing, error) {
	l := &listing{header: []string{"invoice", "customer", "state", "billed", "open", "collectable", ""}, numbers: []int{3, 4, 5}}
	for _, record := range p.Latest(topics.Receivables.Name()) {
		var owed schemas.Receivable
		if err := decode(record, &owed); err != nil {
			return nil, err
		}
		digits := func(amount schemas.Amount) string { return money.Digits(amount, owed.Currency) }
		var moved []string
		for _, part := range []struct {
			amount schemas.Amount
			what   string
		}{{owed.Paid, "paid"}, {owed.Credited, "credited"}, {owed.Disputed, "disputed"}} {
			if part.amount != 0 {
				moved = append(moved, part.what+" "+digits(part.amount))
			}
		}
		var below []string
		if len(moved) > 0 {
			below = append(below, strings.Join(moved, ", "))
		}
		l.add([]string{owed.InvoiceID, owed.CustomerID, string(owed.State), digits(owed.Billed), digits(owed.Open), digits(owed.Collectable), owed.Currency}, below...)
	}
	l.title = titled("Receivables", len(l.rows))
	return l, nil
}

func (p *Played) deadLetters() (*listing, error) {
	l := &listing{header: []string{"topic", "key", "class", "field", "bytes"}, numbers: []int{4}}
	for _, record := range p.of(topics.DeadLetters) {
		key := "(none)"
		if record.Key != nil {
			key = *record.Key
		}
		h := record.Headers
		l.add([]string{h["waybill.original.topic"], key, h["waybill.error.class"], h["waybill.error.field"], fmt.Sprint(len(record.Raw))}, h["waybill.error.message"])
	}
	l.title = titled("Dead letters", len(l.rows))
	return l, nil
}

// of are the records of a topic.
func (p *Played) of(topic string) (records []inspect.Record) {
	for _, record := range p.Records {
		if record.Topic == topic {
			records = append(records, record)
		}
	}
	return records
}
