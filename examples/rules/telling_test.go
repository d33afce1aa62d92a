package rules_test

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"waybill/processors/money"
	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// tell is what has come out since it was last told: bills and credits, exceptions that opened, changed or closed, what is
// owed on invoices, dead letters.
func (p *play) tell() string {
	p.t.Helper()
	var told []string
	for _, bill := range fresh(p, topics.InvoiceReady) {
		p.bills[bill.Value.InvoiceReadyID] = bill.Value
		told = append(told, p.bill(bill.Value))
	}
	told = append(told, p.exceptions()...)
	for _, sent := range newest(fresh(p, topics.Receivables)) {
		owed, before := sent.Value, p.owed[sent.Key]
		p.owed[sent.Key] = owed
		if text := receivable(owed); before == nil || text != receivable(before) {
			told = append(told, text)
		}
	}
	for partition, from := range p.readTo(topics.DeadLetters) {
		for _, letter := range p.Records(topics.DeadLetters) {
			if letter.Partition == int32(partition) && letter.Offset >= int64(from) {
				headers := map[string]string{}
				for _, header := range letter.Headers {
					headers[header.Key] = string(header.Value)
				}
				told = append(told, strings.TrimRight(fmt.Sprintf("dead letter of %s %s: %s %s", headers["waybill.original.topic"], letter.Key,
					headers["waybill.error.class"], headers["waybill.error.field"]), " "))
			}
		}
	}
	if len(told) == 0 {
		return nothing
	}
	return strings.Join(told, "\n") + "\n"
}

// readTo is how much of each partition of a topic was told; all of it is from now on.
func (p *play) readTo(topic string) []int {
	before := slices.Clone(p.read[topic])
	now := make([]int, 0, len(before))
	for _, record := range p.Records(topic) {
		for len(now) <= int(record.Partition) {
			now = append(now, 0)
		}
		now[record.Partition]++
	}
	for len(before) < len(now) {
		before = append(before, 0)
	}
	p.read[topic] = now
	return before
}

// fresh are the records of a topic that were not told yet, by key, each key's in their order.
func fresh[V any](p *play, topic topics.Topic[V]) (records []sim.Sent[V]) {
	p.t.Helper()
	before := p.readTo(topic.Name())
	for _, sent := range sim.Read(p.World, topic) {
		if sent.Value != nil && sent.Offset >= int64(before[sent.Partition]) {
			records = append(records, sent)
		}
	}
	slices.SortStableFunc(records, func(a, b sim.Sent[V]) int { return cmp.Compare(a.Key, b.Key) })
	return records
}

// newest are the last record of each key.
func newest[V any](records []sim.Sent[V]) (last []sim.Sent[V]) {
	for _, sent := range records {
		if n := len(last); n > 0 && last[n-1].Key == sent.Key {
			last[n-1] = sent
			continue
		}
		last = append(last, sent)
	}
	return last
}

func (p *play) bill(bill *schemas.InvoiceReady) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s for %s by %s", bill.Kind, bill.OrderID, bill.CustomerID, bill.Rule)
	if bill.Corrects != nil {
		if of := p.bills[*bill.Corrects]; of != nil {
			fmt.Fprintf(&text, ", corrects revision %d", of.Revision)
		}
	}
	fmt.Fprintf(&text, ": %s", money.Text(bill.Total, bill.Currency))
	for _, line := range bill.Lines {
		fmt.Fprintf(&text, "\n  line %d: %s %s %s", line.LineNo, line.Quantity, line.UOM, line.ShippedItemID)
		if line.ShippedItemID != line.OrderedItemID {
			fmt.Fprintf(&text, " in place of %s", line.OrderedItemID)
		}
		fmt.Fprintf(&text, " at %s = %s", money.PriceText(line.UnitPrice, line.PriceUnit, bill.Currency), money.Digits(line.Amount, bill.Currency))
		if line.ShipmentID != "" {
			fmt.Fprintf(&text, ", shipment %s", line.ShipmentID)
		}
	}
	return text.String()
}

// exceptions tells those that opened or say something else now, and those that closed, by class and order.
func (p *play) exceptions() (told []string) {
	p.t.Helper()
	for _, sent := range newest(fresh(p, topics.Exceptions)) {
		now, before := sent.Value, p.open[sent.Key]
		if now.Status == schemas.ExceptionResolved {
			delete(p.open, sent.Key)
			told = append(told, fmt.Sprintf("closed %s: %s", about(now), *now.Resolution))
			continue
		}
		p.open[sent.Key] = now
		var text strings.Builder
		fmt.Fprintf(&text, "%s, %s, %s", about(now), now.Severity, now.Owner)
		if now.AmountAtRisk != nil {
			fmt.Fprintf(&text, ", at risk %s", money.Text(*now.AmountAtRisk, *now.Currency))
		}
		fmt.Fprintf(&text, "\n  %s", writerSchema.ReplaceAllString(now.Message, "writer schema …"))
		verb := "opened"
		if before != nil {
			verb = "still open"
		}
		if now.Answer != nil {
			fmt.Fprintf(&text, "\n  %s, %s: %s", *now.Actor, *now.Reason, *now.Answer)
		}
		told = append(told, verb+" "+text.String())
	}
	slices.Sort(told)
	return told
}

// writerSchema is named in messages by a fingerprint, which is another one with every change of a contract.
var writerSchema = regexp.MustCompile(`writer schema [0-9a-f]{16}`)

func about(e *schemas.Exception) string {
	text := e.Class
	for _, of := range []struct {
		what string
		id   *string
	}{{"order", e.OrderID}, {"shipment", e.ShipmentID}, {"invoice", e.InvoiceID}} {
		if of.id != nil {
			text += " " + of.what + " " + *of.id
			if of.what == "order" && e.LineNo != nil {
				text += fmt.Sprintf(" line %d", *e.LineNo)
			}
		}
	}
	if e.OrderID == nil && len(e.OrderIDs) > 0 {
		text += " orders " + strings.Join(e.OrderIDs, ", ")
	}
	if e.ItemID != nil && e.OrderID == nil {
		text += " item " + *e.ItemID
	}
	return text
}

func receivable(r *schemas.Receivable) string {
	digits := func(amount schemas.Amount) string { return money.Digits(amount, r.Currency) }
	var text strings.Builder
	fmt.Fprintf(&text, "receivable %s of %s is %s: billed %s", r.InvoiceID, r.CustomerID, r.State, digits(r.Billed))
	for _, part := range []struct {
		name   string
		amount schemas.Amount
	}{{"paid", r.Paid}, {"credited", r.Credited}, {"disputed", r.Disputed}} {
		if part.amount != 0 {
			fmt.Fprintf(&text, ", %s %s", part.name, digits(part.amount))
		}
	}
	fmt.Fprintf(&text, ", open %s, collectable %s", digits(r.Open), money.Text(r.Collectable, r.Currency))
	return text.String()
}

// show tells where an order or a stock position stands.
func (p *play) show(s statement) string {
	if item, where, ok := strings.Cut(s.id, "@"); ok {
		a := sim.Latest(p.World, topics.Availability)[s.id]
		if a == nil {
			return "nothing is known of " + item + " in " + where + "\n"
		}
		text := fmt.Sprintf("%s in %s: on hand %s", item, where, a.OnHand)
		for _, part := range []struct {
			name     string
			quantity schemas.Quantity
		}{{"allocated", a.Allocated}, {"reserved", a.Reserved}, {"committed", a.Committed}, {"quarantined", a.Quarantined}, {"in transit to here", a.InTransit}} {
			if part.quantity != 0 {
				text += fmt.Sprintf(", %s %s", part.name, part.quantity)
			}
		}
		text += fmt.Sprintf(", to promise %s", a.AvailableToPromise)
		if a.Suppressed {
			text += fmt.Sprintf("; the source lags by %d s, and no oversell is raised", a.SourceLagSeconds)
		}
		return text + "\n"
	}
	state := sim.Latest(p.World, topics.OrderStatus)[s.id]
	if state == nil {
		return "order " + s.id + " is not known\n"
	}
	var text strings.Builder
	fmt.Fprintf(&text, "order %s of %s is %s: ordered %s, billed %s\n", state.OrderID, state.CustomerID, state.Status, money.Digits(state.Ordered, state.Currency), money.Text(state.Billed, state.Currency))
	for _, line := range state.Lines {
		fmt.Fprintf(&text, "  line %d %s: %s, ordered %s, shipped %s, invoice-ready %s, invoiced %s\n", line.LineNo, line.ItemID, line.Stage, line.Ordered, line.Shipped, line.InvoiceReady, line.Invoiced)
	}
	for _, reason := range state.Blocking {
		fmt.Fprintf(&text, "  blocked by %s, owner %s\n", reason.Class, reason.Owner)
	}
	return text.String()
}
