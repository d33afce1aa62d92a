// Package exposure is how stages tell what an order, invoice or payment takes of its customer's credit.
package exposure

import (
	"waybill/schemas"
	"waybill/stream"
)

// Use is a figure as it was told; the zero value: none was, or it is nothing any more.
type Use struct {
	CustomerID string         `avro:"customer_id"`
	Currency   string         `avro:"currency"`
	Amount     schemas.Amount `avro:"amount"`
}

// Tell tells a figure that is not what was told before, and gives back what was told of another customer. It returns what is
// told now.
func Tell(s *stream.Step, out *stream.Output[schemas.Exposure], document schemas.CreditDocument, id string, before, now Use, origin schemas.Evidence) Use {
	if now.Amount == 0 || now.CustomerID == "" {
		now = Use{}
	}
	if before == now {
		return now
	}
	send := func(use Use) {
		out.Send(s, use.CustomerID, &schemas.Exposure{
			CustomerID: use.CustomerID, Document: document, DocumentID: id, Currency: use.Currency, Amount: use.Amount, Origin: origin, At: s.Now(),
		})
	}
	if before.Amount != 0 && before.CustomerID != now.CustomerID {
		send(Use{before.CustomerID, before.Currency, 0})
	}
	if now.Amount != 0 {
		send(now)
	}
	return now
}
