package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"waybill/distributor"
	"waybill/outcome"
	"waybill/schemas"
	"waybill/topics"
)

// findings are what the soak is about. All three are empty, or a promise is broken.
//
//	lost     a line of the outcome (net billed, open exceptions, statuses, receivables, availability) that the same events
//	         give undisturbed, in order and once, in memory, and that is not there, or is another; and an event of a
//	         numbered entity of which no canonical record came out
//	doubled  an invoice_ready_id or a canonical record of an event that a read_committed reader saw more than once
//	torn     an event of which some canonical records came out and others did not (orders that share a shipment, invoices
//	         that share a payment: several partitions, one epoch); a transaction that was committed on one partition and
//	         aborted on another, or of which a read_committed reader saw less or more than what was committed; a bill
//	         whose transaction has no record of the state that remembers it
type findings struct {
	lost, doubled, torn []string
	orders, bills       int
}

// outcomeWait is longer than any deadline that may be running when the load ends, but for those of the story's own troubles:
// inventory waits five minutes before it calls a shortage one.
const outcomeWait = 8 * time.Minute

// judge waits until the outcome is what it is undisturbed, stops the processes, and reads everything to its end.
func (s *site) judge(ctx context.Context) (*findings, error) {
	s.say("the load is written; the same events run undisturbed in memory")
	calm, err := newUndisturbed(s.load)
	if err != nil {
		return nil, fmt.Errorf("undisturbed: %w", err)
	}
	s.say("waiting for the outcome")
	found := &findings{}
	var want string
	for deadline := time.Now().Add(outcomeWait); ; {
		if want, err = calm.outcome(ctx); err != nil {
			return nil, fmt.Errorf("undisturbed: %w", err)
		}
		difference := outcome.Difference(want, s.ledger.text())
		if difference == "" {
			break
		}
		if time.Now().After(deadline) {
			found.lost = strings.Split(difference, "\n")
			break
		}
		if pause(ctx, 2*time.Second); ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	s.say("it is there: %t", len(found.lost) == 0)
	for _, one := range s.instances {
		if _, err := one.stop(ctx); err != nil {
			return nil, err
		}
	}
	if err := await(ctx, time.Minute, "everything is read to its end", func() (bool, error) { return s.caughtUp(ctx) }); err != nil {
		return nil, err
	}
	if n := s.audit.stillOpen(); n > 0 {
		found.torn = append(found.torn, fmt.Sprintf("%d partitions have records whose transaction has no end", n))
	}
	found.torn = append(found.torn, s.audit.torn()...)
	s.load.compare(s.ledger, found)
	if difference := outcome.Difference(want, s.ledger.text()); len(found.lost) == 0 && difference != "" {
		found.lost = strings.Split(difference, "\n") // it went wrong behind the moment at which it was right
	}
	found.orders, found.bills = strings.Count("\n"+want, "\norder "), len(s.ledger.outcome.Seen)
	s.judgeZombies()
	select {
	case err := <-s.watchErr:
		return nil, fmt.Errorf("reading: %w", err)
	default:
	}
	return found, nil
}

// judgeZombies counts the stopped processes whose open transactions all ended without a commit, and that were told so.
func (s *site) judgeZombies() {
	for _, one := range s.counts.watched {
		var wrong []string
		for stage, id := range one.caught {
			if commits := s.audit.commits(id); commits > 0 {
				wrong = append(wrong, fmt.Sprintf("what %s had open in %s (%s) was committed on %d partitions", one.name, stage, id, commits))
			}
		}
		if one.said == "" {
			wrong = append(wrong, fmt.Sprintf("the log of %s does not say that it was turned away", one.name))
		}
		if len(wrong) == 0 {
			s.counts.fenced = append(s.counts.fenced, one.name)
		}
		s.counts.notFenced = append(s.counts.notFenced, wrong...)
	}
}

// compare holds the canonical records that were seen against the events that were written.
func (l *load) compare(seen *ledger, found *findings) {
	of := make([]map[piece]int, len(l.events)) // of an event: each canonical record, whatever source record it came from
	for one, times := range seen.pieces {
		event, ours := l.from[one.of]
		if !ours {
			continue
		}
		if of[event] == nil {
			of[event] = map[piece]int{}
		}
		of[event][piece{topic: one.topic, key: one.key}] += times
	}
	for i, event := range l.events {
		wanted, all := canonical(event)
		came := 0
		for _, one := range wanted {
			switch times := of[i][one]; {
			case times > 1:
				found.doubled = append(found.doubled, fmt.Sprintf("%s of %s came to %s %d times", metaOf(event.Value).EventID, event.Topic, one.topic, times))
				came++
			case times == 1:
				came++
			}
		}
		switch {
		case came > 0 && came < len(wanted):
			found.torn = append(found.torn, fmt.Sprintf("%s of %s came out as %d records of %d", metaOf(event.Value).EventID, event.Topic, came, len(wanted)))
		case came == 0 && all && len(wanted) > 0:
			found.lost = append(found.lost, fmt.Sprintf("%s of %s did not come out", metaOf(event.Value).EventID, event.Topic))
		}
	}
	for id, times := range seen.outcome.Seen {
		if times > 1 {
			found.doubled = append(found.doubled, fmt.Sprintf("%s was emitted %d times", id, times))
		}
	}
	slices.Sort(found.doubled)
}

// canonical are the records that intake makes of an event, and whether it must: of an entity whose events are numbered it
// takes every one, of others it may pass over what a later one has replaced.
func canonical(event distributor.Event) (pieces []piece, must bool) {
	add := func(topic, key string) {
		if one := (piece{topic: topic, key: key}); !slices.Contains(pieces, one) {
			pieces = append(pieces, one)
		}
	}
	switch of := event.Value.(type) {
	case *schemas.Order:
		add(topics.Orders.Name(), of.OrderID)
		return pieces, true
	case *schemas.Shipment:
		for _, line := range of.Lines {
			add(topics.Shipments.Name(), line.OrderID)
		}
		return pieces, true
	case *schemas.StockMovement:
		add(topics.Stock.Name(), of.ItemID+"@"+of.WarehouseID)
		return pieces, true
	case *schemas.OrderAcceptance:
		add(topics.Orders.Name(), of.OrderID)
	case *schemas.Invoice:
		add(topics.Billing.Name(), of.InvoiceID)
		for _, line := range of.Lines {
			add(topics.OrderInvoices.Name(), line.OrderID)
		}
	case *schemas.Payment:
		for _, application := range of.Applications {
			add(topics.Billing.Name(), application.InvoiceID)
		}
	case *schemas.Dispute:
		add(topics.Billing.Name(), of.InvoiceID)
	}
	return pieces, false
}
