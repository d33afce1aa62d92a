package rules_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cockroachdb/datadriven"

	"waybill/topics"
)

// What a scenario may say. A statement is a verb, an id, and fields by the names of the contracts; what it leaves out has
// the value that is given here. Lines of a document stand below it, one a row.
//
//	customer C-1 invoice_policy=per_delivery terms=(30,10,2)
//	item DRILL units=(case=12) price=129.00 substitutes=(DRILL-20V)
//	price P-1 item_id=DRILL unit_price=99 customer_id=C-1
//	warehouse west owner=anna
//	order O-1 customer_id=C-1                 acceptance O-1
//	  1 DRILL 10 substitution=allowed           1 DRILL 8 unit_price=120
//	shipped S-1 last                          stock DRILL@east kind=receipt quantity=40
//	  O-1/1 DRILL 10
//	invoice INV-1 bills=O-1                   payment PAY-1 amount=100 customer_id=C-1
//	  O-1/1 DRILL 10 129.00                     INV-1 98 discount=2
//	dispute D-1 invoice_id=INV-1 amount=12.90
//	command resolve of=short_pay reason=(written off)
//
// Every event happens a minute after the one before it. Its sequence is the next of its entity, its position the next of
// all; sequence=7 and source=wms-west say otherwise. late=1h lets it have happened an hour before it was written, delayed=1h
// have been written an hour ago, and cut=3 loses its last three bytes.

// statement is one of them, read.
type statement struct {
	verb   string
	id     string
	fields map[string]string
	lists  map[string][]string // fields in parentheses
	flags  []string            // words without a value
	rows   []string
}

func read(d *datadriven.TestData) (statement, error) {
	s, err := statementOf(d.Cmd, d.CmdArgs)
	for row := range strings.SplitSeq(d.Input, "\n") {
		if row = strings.TrimSpace(row); row != "" {
			s.rows = append(s.rows, row)
		}
	}
	return s, err
}

func statementOf(verb string, arguments []datadriven.CmdArg) (statement, error) {
	s := statement{verb: verb, fields: map[string]string{}, lists: map[string][]string{}}
	for i, argument := range arguments {
		switch {
		case i == 0 && len(argument.Vals) == 0:
			s.id = argument.Key
		case len(argument.Vals) == 0:
			s.flags = append(s.flags, argument.Key)
		default:
			s.fields[argument.Key] = strings.Join(argument.Vals, ", ")
			s.lists[argument.Key] = argument.Vals
		}
	}
	return s, nil
}

// take removes a field that is not the contract's, and returns its value.
func (s *statement) take(field, otherwise string) string {
	value, given := s.fields[field]
	delete(s.fields, field)
	if !given {
		return otherwise
	}
	return value
}

// event is a statement as an event of a source topic.
type event struct {
	topic, key string
	source     string
	entity     string // within the topic, what sequences count
	value      map[string]any
}

// event makes the event of a statement.
func (s statement) event() (event, error) {
	make, known := verbs[s.verb]
	if !known {
		return event{}, fmt.Errorf("%q is not a verb; there are %s", s.verb, strings.Join(slices.Sorted(maps.Keys(verbs)), ", "))
	}
	e, err := make(&s)
	if err != nil {
		return e, err
	}
	for field, value := range s.fields {
		e.value[field] = typed(value)
	}
	if e.entity == "" {
		e.entity = e.key
	}
	return e, nil
}

var whole = regexp.MustCompile(`^-?(0|[1-9]\d{0,8})$`)

// typed is a field's value as JSON has it. Decimals may be whole numbers there, so what looks like one is one.
func typed(text string) any {
	switch {
	case whole.MatchString(text):
		return json.Number(text)
	case text == "true" || text == "false":
		return text == "true"
	}
	return text
}

// verbs make events. What they do not name is left in the statement's fields and goes into the value as it is.
var verbs map[string]func(*statement) (event, error)

func init() {
	verbs = map[string]func(*statement) (event, error){
		"customer": customer, "item": item, "price": price, "warehouse": warehouse,
		"order": order, "acceptance": acceptance, "stock": stock, "invoice": invoice, "payment": payment, "dispute": dispute,
	}
	for _, milestone := range []string{"allocated", "picked", "packed", "shipped", "delivered", "returned", "cancelled"} {
		verbs[milestone] = shipment
	}
}

func customer(s *statement) (event, error) {
	terms := map[string]any{"net_days": 30, "discount_days": 10, "discount_percent": "2"}
	if given := s.lists["terms"]; len(given) == 3 {
		terms = map[string]any{"net_days": typed(given[0]), "discount_days": typed(given[1]), "discount_percent": given[2]}
	}
	s.take("terms", "")
	return event{topic: topics.MasterCustomers.Name(), key: s.id, source: "erp", value: map[string]any{
		"customer_id": s.id, "name": s.id, "segment": "contractors", "currency": "USD", "payment_terms": terms,
		"invoice_policy": "on_shipment", "ship_policy": "partial", "substitution_price": "original",
	}}, nil
}

func item(s *statement) (event, error) {
	units := []any{}
	for _, unit := range s.lists["units"] { // case=12, or case=25/2
		name, factor, _ := strings.Cut(unit, "=")
		numerator, denominator, broken := strings.Cut(factor, "/")
		if !broken {
			denominator = "1"
		}
		units = append(units, map[string]any{"uom": name, "numerator": typed(numerator), "denominator": typed(denominator)})
	}
	s.take("units", "")
	substitutes := append([]string{}, s.lists["substitutes"]...)
	s.take("substitutes", "")
	return event{topic: topics.MasterItems.Name(), key: s.id, source: "erp", value: map[string]any{
		"item_id": s.id, "description": s.id, "base_uom": "each", "uoms": units, "substitutes": substitutes,
	}}, nil
}

func price(s *statement) (event, error) {
	return event{topic: topics.MasterPrices.Name(), key: s.id, source: "erp", value: map[string]any{
		"price_id": s.id, "currency": "USD", "valid_from": "2026-01-01", "uom": "each",
	}}, nil
}

func warehouse(s *statement) (event, error) {
	return event{topic: topics.MasterWarehouses.Name(), key: s.id, source: "erp", value: map[string]any{
		"warehouse_id": s.id, "name": s.id, "region": s.id, "time_zone": "UTC", "owner": "warehouse",
	}}, nil
}

func order(s *statement) (event, error) {
	lines, err := s.lines([]string{"line_no", "item_id", "quantity"}, map[string]any{"uom": "each", "warehouse_id": "east", "requested_date": "2026-03-06"})
	source := "b2b-shop"
	if s.fields["channel"] == "edi" {
		source = "edi"
	}
	return event{topic: topics.CommerceOrders.Name(), key: s.id, source: source, value: map[string]any{
		"order_id": s.id, "customer_id": "C-1", "channel": "web", "order_type": "standard", "currency": "USD", "status": "placed", "lines": lines,
	}}, err
}

func acceptance(s *statement) (event, error) {
	lines, err := s.lines([]string{"line_no", "item_id", "confirmed_quantity"}, map[string]any{"status": "accepted", "uom": "each", "confirmed_date": "2026-03-06"})
	return event{topic: topics.ErpOrders.Name(), key: s.id, source: "erp", value: map[string]any{
		"order_id": s.id, "status": "accepted", "currency": "USD", "lines": lines,
	}}, err
}

func shipment(s *statement) (event, error) {
	lines, err := s.lines([]string{"line", "item_id", "quantity"}, map[string]any{"uom": "each"})
	where := s.take("warehouse_id", "east")
	return event{topic: topics.WmsShipments.Name(), key: s.id, source: "wms-" + where, value: map[string]any{
		"shipment_id": s.id, "warehouse_id": where, "milestone": s.verb, "last_for_order": slices.Contains(s.flags, "last"), "lines": lines,
	}}, err
}

func stock(s *statement) (event, error) {
	item, where, ok := strings.Cut(s.id, "@")
	if !ok {
		return event{}, fmt.Errorf("stock of %q: name the item and the warehouse, as in DRILL@east", s.id)
	}
	return event{topic: topics.WmsInventory.Name(), key: s.id, source: "wms-" + where, value: map[string]any{
		"item_id": item, "warehouse_id": where, "uom": "each",
	}}, nil
}

func invoice(s *statement) (event, error) {
	lines, err := s.lines([]string{"line", "item_id", "quantity", "unit_price"}, map[string]any{"uom": "each"})
	total := 0.0
	for _, line := range lines {
		quantity, _ := strconv.ParseFloat(fmt.Sprint(line["quantity"]), 64)
		price, _ := strconv.ParseFloat(fmt.Sprint(line["unit_price"]), 64)
		if _, given := line["amount"]; !given {
			line["amount"] = strconv.FormatFloat(quantity*price, 'f', 2, 64)
		}
		amount, _ := strconv.ParseFloat(fmt.Sprint(line["amount"]), 64)
		total += amount
	}
	return event{topic: topics.ErpInvoices.Name(), key: s.id, source: "erp", value: map[string]any{
		"invoice_id": s.id, "kind": "invoice", "customer_id": "C-1", "currency": "USD", "issued_on": "2026-03-02", "due_on": "2026-04-01",
		"lines": lines, "total": strconv.FormatFloat(total, 'f', 2, 64),
	}}, err
}

func payment(s *statement) (event, error) {
	applications, err := s.lines([]string{"invoice_id", "amount"}, nil)
	return event{topic: topics.ArPayments.Name(), key: s.id, source: "ar", value: map[string]any{
		"payment_id": s.id, "currency": "USD", "received_on": "2026-03-09", "applications": applications,
	}}, err
}

func dispute(s *statement) (event, error) {
	return event{topic: topics.ArDisputes.Name(), key: s.fields["invoice_id"], entity: s.id, source: "ar", value: map[string]any{
		"dispute_id": s.id, "reason": "06", "status": "open",
	}}, nil
}

// lines reads the rows below a statement: values in the order of the names, then fields. "line" is ORDER/LINE.
func (s *statement) lines(names []string, otherwise map[string]any) ([]map[string]any, error) {
	lines := []map[string]any{}
	for _, row := range s.rows {
		words := strings.Fields(row)
		if len(words) < len(names) {
			return nil, fmt.Errorf("%q: a row is %s, and fields", row, strings.Join(names, " "))
		}
		line := maps.Clone(otherwise)
		if line == nil {
			line = map[string]any{}
		}
		for i, name := range names {
			if name == "line" {
				orderID, number, _ := strings.Cut(words[i], "/")
				line["order_id"], line["line_no"] = orderID, typed(number)
				continue
			}
			line[name] = typed(words[i])
		}
		for _, word := range words[len(names):] {
			field, value, ok := strings.Cut(word, "=")
			if !ok {
				return nil, fmt.Errorf("%q: %q is no field=value", row, word)
			}
			line[field] = typed(value)
		}
		lines = append(lines, line)
	}
	return lines, nil
}
