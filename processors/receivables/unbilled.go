package receivables

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"waybill/processors/conditions"
	"waybill/processors/money"
	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
)

// left is what of an order line's shipment is ready to be invoiced and on no ERP invoice. There is a row only while there
// is something.
type left struct {
	ShipmentID string         `avro:"shipment_id"`
	Amount     schemas.Amount `avro:"amount"`
	Currency   string         `avro:"currency"`
}

// unbilled is what the lines of an order's shipment have left together, so that no line has to look at the others. It is of
// a shipment, not of a bill: in how many records a shipment became ready depends on what came first.
type unbilled struct {
	Lines      int64            `avro:"lines"`
	Amounts    []schemas.Money  `avro:"amounts"`
	CustomerID string           `avro:"customer_id"`
	Origin     schemas.Evidence `avro:"origin"` // the record that made it ready last
}

// leftOver works out what of each shipment of a line is ready and on no ERP invoice. An invoice that names a bill is of its
// billing unit first; what names none, or more than is ready there, is of the shipments in the order of their ids. What was
// invoiced in another unit of measure counts as all: it is a mismatch already. A credit memo gives back only what was
// invoiced on its own terms: one about the price does not make goods unbilled.
func leftOver(ready []share, billed []billing) (all []left) {
	shipments, uoms := readyOf(ready)
	invoiced, rest := net{}, net{}
	named := map[string]net{}
	for _, b := range billed {
		invoiced.add(b.terms(), b.Quantity, b.Amount)
		of := rest
		if b.Unit != nil {
			if named[*b.Unit] == nil {
				named[*b.Unit] = net{}
			}
			of = named[*b.Unit]
		}
		of.add(b.terms(), b.Quantity, b.Amount)
	}
	for _, t := range invoiced.sorted() {
		if invoiced[t].Quantity > 0 && uoms[t.UOM] == 0 {
			return nil
		}
	}
	pool := rest.above()
	for _, unit := range slices.Sorted(maps.Keys(named)) {
		of := named[unit].above()
		for _, s := range shipments {
			if s.unit == unit {
				of -= s.invoice(of)
			}
		}
		pool = money.Sum(pool, of)
	}
	for _, s := range shipments {
		pool -= s.invoice(pool)
		if s.quantity > 0 && s.Amount > 0 {
			all = append(all, s.left)
		}
	}
	return all
}

// readyShipment is what of a line's shipment is ready, in one currency, less what was found to be invoiced of it.
type readyShipment struct {
	left
	unit     string
	quantity schemas.Quantity
}

// readyOf is what is ready of a line by shipment, in the order of their ids, and in which units of measure.
func readyOf(ready []share) (shipments []*readyShipment, uoms map[string]schemas.Quantity) {
	uoms = map[string]schemas.Quantity{}
	for _, s := range ready {
		at := slices.IndexFunc(shipments, func(other *readyShipment) bool {
			return other.ShipmentID == s.ShipmentID && other.Currency == s.Currency
		})
		if at < 0 {
			at = len(shipments)
			shipments = append(shipments, &readyShipment{left: left{ShipmentID: s.ShipmentID, Currency: s.Currency}, unit: s.Unit})
		}
		shipments[at].quantity = money.Sum(shipments[at].quantity, s.Quantity)
		shipments[at].Amount = money.Sum(shipments[at].Amount, s.Amount)
		uoms[s.UOM] = money.Sum(uoms[s.UOM], s.Quantity)
	}
	slices.SortFunc(shipments, func(a, b *readyShipment) int {
		return cmp.Or(cmp.Compare(a.ShipmentID, b.ShipmentID), cmp.Compare(a.Currency, b.Currency))
	})
	return shipments, uoms
}

// invoice takes off what of a quantity is of the shipment, with its part of the amount, and tells how much that is.
func (s *readyShipment) invoice(quantity schemas.Quantity) schemas.Quantity {
	taken := min(quantity, s.quantity)
	if taken <= 0 {
		return 0
	}
	s.Amount = money.Sum(s.Amount, -money.PartOf(max(0, s.Amount), int64(taken), int64(s.quantity), s.Currency))
	s.quantity -= taken
	return taken
}

// above is the quantity of the terms of which something is left above zero.
func (n net) above() (quantity schemas.Quantity) {
	for _, t := range n.sorted() {
		quantity = money.Sum(quantity, max(0, n[t].Quantity))
	}
	return quantity
}

// keepLeft puts what a line has left now in place of what it had, and tells each shipment that it changes. The cause is the
// record that made it so.
func (r *receivables) keepLeft(s *stream.Step, orderID string, lineNo int32, now []left, customerID string, cause schemas.Evidence) {
	line := lineOf(orderID, lineNo)
	var before []left
	for row := range r.left.Scan(s, line) {
		before = append(before, *row)
	}
	if slices.Equal(before, now) {
		return
	}
	var changed []string
	for _, row := range before {
		r.left.Delete(s, line.in(row.ShipmentID).in(row.Currency))
		r.count(s, orderID, row, -1, cause, customerID)
		changed = insert(changed, row.ShipmentID)
	}
	for _, row := range now {
		r.left.Put(s, line.in(row.ShipmentID).in(row.Currency), &row)
		r.count(s, orderID, row, 1, cause, customerID)
		changed = insert(changed, row.ShipmentID)
	}
	for _, shipmentID := range changed {
		r.tellUnbilled(s, orderID, shipmentID)
	}
}

// count adds what a line has left to its shipment, or takes it off. A shipment that has nothing left has no row.
func (r *receivables) count(s *stream.Step, orderID string, row left, sign int64, cause schemas.Evidence, customerID string) {
	key := state.TextPair{orderID, row.ShipmentID}
	of := unbilled{CustomerID: customerID, Origin: cause}
	if known := r.unbilled.Get(s, key); known != nil {
		of.Lines, of.Amounts = known.Lines, known.Amounts
	}
	of.Lines += sign
	of.Amounts = money.Plus(of.Amounts, row.Currency, schemas.Amount(sign)*row.Amount)
	if of.Lines == 0 {
		r.unbilled.Delete(s, key)
		return
	}
	r.unbilled.Put(s, key, &of)
}

// shipmentKey names an order's shipment to its timer.
func shipmentKey(orderID, shipmentID string) string {
	return fmt.Sprintf("%d/%s%s", len(orderID), orderID, shipmentID)
}

// targetEnds raises what is still on no ERP invoice; had it been invoiced, its timer would be gone.
func (r *receivables) targetEnds(s *stream.Step, key string) error {
	length, ids, _ := strings.Cut(key, "/")
	n, err := strconv.Atoi(length)
	if err != nil || n > len(ids) {
		return fmt.Errorf("timer %q does not begin with the length of an order's id", key)
	}
	r.raiseUnbilled(s, ids[:n], ids[n:])
	return nil
}

// tellUnbilled keeps the exception of a shipment true, or has it raised when the target time has passed.
func (r *receivables) tellUnbilled(s *stream.Step, orderID, shipmentID string) {
	id, key := conditions.ID(conditions.Unbilled, orderID, shipmentID), shipmentKey(orderID, shipmentID)
	switch {
	case r.unbilled.Get(s, state.TextPair{orderID, shipmentID}) == nil:
		r.target.Cancel(s, key)
		r.conditions.Clear(s, conditions.Unbilled, id, "invoiced, or taken back")
	case r.conditions.Stands(s, id):
		r.raiseUnbilled(s, orderID, shipmentID)
	default:
		r.target.SetIfNone(s, key, s.Now().Add(r.policy.InvoiceTarget))
	}
}

func (r *receivables) raiseUnbilled(s *stream.Step, orderID, shipmentID string) {
	of := r.unbilled.Get(s, state.TextPair{orderID, shipmentID})
	what := "order " + orderID
	if shipmentID != "" {
		what += ", shipment " + shipmentID
	}
	amounts := make([]string, len(of.Amounts))
	for i, amount := range of.Amounts {
		amounts[i] = money.Text(amount.Amount, amount.Currency)
	}
	condition := conditions.Raise(s.Now(), stageName, conditions.Unbilled, conditions.ID(conditions.Unbilled, orderID, shipmentID),
		fmt.Sprintf("%s: %s on %d %s ready to be invoiced and on no ERP invoice", what, strings.Join(amounts, ", "), of.Lines, plural(int(of.Lines), "line is", "lines are")))
	condition.OrderID, condition.CustomerID = &orderID, &of.CustomerID
	if shipmentID != "" {
		condition.ShipmentID = &shipmentID
	}
	if len(of.Amounts) == 1 {
		condition.AmountAtRisk, condition.Currency = &of.Amounts[0].Amount, &of.Amounts[0].Currency
	}
	condition.Causes = append(condition.Causes, of.Origin)
	r.conditions.Raise(s, condition)
}
