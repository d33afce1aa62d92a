package inspect

import (
	"context"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/processors/money"
	"waybill/schemas"
	"waybill/topics"
)

// Bills reads the bills and credits of an order, in the order in which they were made.
func (v View) Bills(ctx context.Context, orderID string) ([]schemas.InvoiceReady, error) {
	codec := schemas.NewCodec[schemas.InvoiceReady](v.Registry, topics.InvoiceReady.Name())
	bills := []schemas.InvoiceReady{}
	err := v.each(ctx, OfKey(orderID), func(record *kgo.Record) error {
		if string(record.Key) != orderID {
			return nil
		}
		bill, err := decodeAt(ctx, codec, record)
		if err == nil {
			bills = append(bills, *bill)
		}
		return err
	}, topics.InvoiceReady.Name())
	return bills, err
}

// BilledBy is what the bills and credits come to that rest on a person's command, by currency: what the command changed.
// A credit rests on the command that took an override back, and on the one that it took back.
func BilledBy(bills []schemas.InvoiceReady, command *schemas.Command) []schemas.Money {
	sums := []schemas.Money{}
	for i := range bills {
		if !restsOn(&bills[i], command) {
			continue
		}
		at := slices.IndexFunc(sums, func(m schemas.Money) bool { return m.Currency == bills[i].Currency })
		if at < 0 {
			at = len(sums)
			sums = append(sums, schemas.Money{Currency: bills[i].Currency})
		}
		sums[at].Amount += bills[i].Total
	}
	return sums
}

func restsOn(bill *schemas.InvoiceReady, command *schemas.Command) bool {
	return slices.ContainsFunc(bill.Evidence, func(e schemas.Evidence) bool {
		return e.Topic == topics.Commands.Name() && e.EventID == command.Meta.EventID
	})
}

// billedWords says what a command changed of what is billed; empty when that is nothing.
func billedWords(bills []schemas.InvoiceReady, command *schemas.Command) string {
	var words []string
	for _, sum := range BilledBy(bills, command) {
		words = append(words, money.Text(sum.Amount, sum.Currency))
	}
	if len(words) == 0 {
		return ""
	}
	return "bills " + strings.Join(words, ", ")
}
