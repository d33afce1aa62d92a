package exceptions

import (
	"reflect"
	"slices"

	"waybill/schemas"
)

// picture is a row and the exception that it looks like: nil before it is shown.
type picture struct {
	row       Row
	exception *schemas.Exception
}

func pictureOf(row Row) picture { return picture{row, row.exception()} }

// facts returns what the orders have to be told when an exception changes, in the order of their ids: each its own view of
// it, and only when that view has changed.
func facts(before, after picture) []schemas.OrderFact {
	var told []schemas.OrderFact
	for _, orderID := range after.exception.OrderIDs {
		was, is := before.viewOf(orderID), after.viewOf(orderID)
		if was == nil && is.Status == schemas.ExceptionResolved || reflect.DeepEqual(was, is) {
			continue
		}
		told = append(told, schemas.OrderFact{OrderID: orderID, Exception: is})
	}
	if before.exception == nil {
		return told
	}
	for _, orderID := range before.exception.OrderIDs {
		if _, still := slices.BinarySearch(after.exception.OrderIDs, orderID); still {
			continue
		}
		gone := before.viewOf(orderID)
		gone.Status, gone.ResolvedAt, gone.Resolution = schemas.ExceptionResolved, new(after.row.Raised.At), new("does not concern this order")
		told = append(told, schemas.OrderFact{OrderID: orderID, Exception: gone})
	}
	return told
}

// viewOf is the exception as one order sees it, with its own share of the value only: what changes for other orders does
// not change it. It is nil when the exception does not concern the order.
func (p picture) viewOf(orderID string) *schemas.Exception {
	if p.exception == nil {
		return nil
	}
	if _, concerned := slices.BinarySearch(p.exception.OrderIDs, orderID); !concerned {
		return nil
	}
	raised, view := p.row.Raised, *p.exception
	view.OrderID, view.OrderIDs, view.Message = new(orderID), []string{orderID}, raised.Message
	if raised.OrderID == nil || *raised.OrderID != orderID {
		view.LineNo = nil
	}
	if at, assessed := p.row.assessment(orderID); assessed {
		a := p.row.Assessments[at]
		view.CustomerID, view.Channel, view.Segment = a.CustomerID, a.Channel, a.Segment
		view.AmountAtRisk, view.Currency = a.Amount, a.Currency
	}
	return &view
}
