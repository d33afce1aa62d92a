package intake

import (
	"testing"
	"time"

	"waybill/schemas"
	"waybill/topics"
)

// broken is one way to break a contract, and what is found.
type broken[T any] struct {
	name         string
	breaks       func(*T)
	class, field string
}

// testContract tries a source's check on a value that keeps its contract, and on everything that breaks it.
func testContract[T any](t *testing.T, contract topics.Contract, valid func() *T, cases []broken[T]) {
	t.Helper()
	of := sourceOf[T](t)
	inspect := func(value *T) *Problem {
		inspection := inspection{now: noon, ahead: DefaultPolicy().Ahead}
		entry, _ := topics.Default().Topic(of.topic.Name())
		inspection.meta(of.meta(value), entry.Ordering)
		of.check(&inspection, value)
		if entry.Ordering.Contract != contract {
			t.Fatalf("the catalogue says %s", entry.Ordering.Contract)
		}
		return inspection.problem
	}
	if problem := inspect(valid()); problem != nil {
		t.Fatalf("a valid event: %v", problem)
	}
	for _, c := range cases {
		value := valid()
		c.breaks(value)
		problem := inspect(value)
		switch {
		case problem == nil && c.class != "":
			t.Errorf("%s: nothing found", c.name)
		case problem != nil && (problem.Class != c.class || problem.Field != c.field):
			t.Errorf("%s: %v, want %s of %s", c.name, problem, c.class, c.field)
		}
	}
}

func sourceOf[T any](t *testing.T) source[T] {
	t.Helper()
	for _, declared := range sources() {
		if of, is := declared.(source[T]); is {
			return of
		}
	}
	t.Fatal("no such source")
	return source[T]{}
}

func TestOrdersKeepTheirContract(t *testing.T) {
	testContract(t, topics.Dense, func() *schemas.Order { return anOrder("O1", 1) }, []broken[schemas.Order]{
		{"no event id", func(v *schemas.Order) { v.Meta.EventID = "" }, EmptyField, "meta.event_id"},
		{"no source", func(v *schemas.Order) { v.Meta.Source = "" }, EmptyField, "meta.source"},
		{"happened in 1969", func(v *schemas.Order) { v.Meta.OccurredAt = time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC) }, AbsurdDate, "meta.occurred_at"},
		{"happened in 1970", func(v *schemas.Order) { v.Meta.OccurredAt = earliest }, "", ""},
		{"happened in 2200", func(v *schemas.Order) { v.Meta.OccurredAt = tooLate }, AbsurdDate, "meta.occurred_at"},
		{"happens in a week", func(v *schemas.Order) { v.Meta.OccurredAt = noon.Add(7 * 24 * time.Hour) }, "", ""},
		{"happens in more than a week", func(v *schemas.Order) { v.Meta.OccurredAt = noon.Add(7*24*time.Hour + 1) }, AbsurdDate, "meta.occurred_at"},
		{"recorded in the year 1", func(v *schemas.Order) { v.Meta.RecordedAt = time.Time{} }, AbsurdDate, "meta.recorded_at"},
		{"no sequence", func(v *schemas.Order) { v.Meta.Sequence = nil }, MissingSequence, "meta.sequence"},
		{"sequence zero", func(v *schemas.Order) { *v.Meta.Sequence = 0 }, BadSequence, "meta.sequence"},
		{"a negative sequence", func(v *schemas.Order) { *v.Meta.Sequence = -3 }, BadSequence, "meta.sequence"},
		{"a sequence that nobody counts to", func(v *schemas.Order) { *v.Meta.Sequence = maxSequence }, BadSequence, "meta.sequence"},
		{"no order id", func(v *schemas.Order) { v.OrderID = "" }, EmptyField, "order_id"},
		{"no customer", func(v *schemas.Order) { v.CustomerID = "" }, EmptyField, "customer_id"},
		{"no currency", func(v *schemas.Order) { v.Currency = "" }, BadCurrency, "currency"},
		{"a small currency", func(v *schemas.Order) { v.Currency = "eur" }, BadCurrency, "currency"},
		{"a long currency", func(v *schemas.Order) { v.Currency = "EURO" }, BadCurrency, "currency"},
		{"a currency of other letters", func(v *schemas.Order) { v.Currency = "EU€" }, BadCurrency, "currency"},
		{"an unknown status", func(v *schemas.Order) { v.Status = schemas.Unknown }, UnknownSymbol, "status"},
		{"an unknown ship policy", func(v *schemas.Order) { v.ShipPolicy = new(schemas.ShipPolicy(schemas.Unknown)) }, UnknownSymbol, "ship_policy"},
		{"an unknown invoice policy", func(v *schemas.Order) { v.InvoicePolicy = new(schemas.InvoicePolicy("")) }, UnknownSymbol, "invoice_policy"},
		{"a known invoice policy", func(v *schemas.Order) { v.InvoicePolicy = new(schemas.Consolidated) }, "", ""},
		{"no lines", func(v *schemas.Order) { v.Lines = nil }, NoLines, "lines"},
		{"cancelled, no lines", func(v *schemas.Order) { v.Status, v.Lines = schemas.OrderCancelled, nil }, "", ""},
		{"line zero", func(v *schemas.Order) { v.Lines[0].LineNo = 0 }, BadLineNumber, "lines[0].line_no"},
		{"a line twice", func(v *schemas.Order) { v.Lines[1].LineNo = 1 }, DuplicateLine, "lines[1].line_no"},
		{"lines backwards", func(v *schemas.Order) { v.Lines[0].LineNo = 3 }, "", ""},
		{"no item", func(v *schemas.Order) { v.Lines[1].ItemID = "" }, EmptyField, "lines[1].item_id"},
		{"a negative quantity", func(v *schemas.Order) { v.Lines[1].Quantity = -1 }, NegativeQuantity, "lines[1].quantity"},
		{"a quantity of zero", func(v *schemas.Order) { v.Lines[1].Quantity = 0 }, "", ""},
		{"no unit", func(v *schemas.Order) { v.Lines[0].UOM = "" }, EmptyField, "lines[0].uom"},
		{"no price", func(v *schemas.Order) { v.Lines[0].UnitPrice = nil }, "", ""},
		{"a negative price", func(v *schemas.Order) { *v.Lines[0].UnitPrice = -1 }, NegativeAmount, "lines[0].unit_price"},
		{"a price per nothing", func(v *schemas.Order) { v.Lines[0].PriceUnit = 0 }, BadNumber, "lines[0].price_unit"},
		{"no warehouse", func(v *schemas.Order) { v.Lines[0].WarehouseID = "" }, EmptyField, "lines[0].warehouse_id"},
		{"requested in 1969", func(v *schemas.Order) { v.Lines[0].RequestedDate = -1 }, AbsurdDate, "lines[0].requested_date"},
		{"requested in 2200", func(v *schemas.Order) { v.Lines[0].RequestedDate = schemas.MustDate("2200-01-01") }, AbsurdDate, "lines[0].requested_date"},
		{"an unknown substitution", func(v *schemas.Order) { v.Lines[0].Substitution = schemas.Unknown }, UnknownSymbol, "lines[0].substitution"},
		{"an unknown line status", func(v *schemas.Order) { v.Lines[0].Status = schemas.Unknown }, UnknownSymbol, "lines[0].status"},
	})
}

func TestAcceptancesKeepTheirContract(t *testing.T) {
	testContract(t, topics.Monotonic, func() *schemas.OrderAcceptance { return anAcceptance("O1", 1) }, []broken[schemas.OrderAcceptance]{
		{"no position", func(v *schemas.OrderAcceptance) { v.Meta.Position = nil }, MissingSequence, "meta.position"},
		{"position zero", func(v *schemas.OrderAcceptance) { *v.Meta.Position = 0 }, "", ""},
		{"a negative position", func(v *schemas.OrderAcceptance) { *v.Meta.Position = -1 }, BadSequence, "meta.position"},
		{"no order id", func(v *schemas.OrderAcceptance) { v.OrderID = "" }, EmptyField, "order_id"},
		{"an unknown status", func(v *schemas.OrderAcceptance) { v.Status = schemas.Unknown }, UnknownSymbol, "status"},
		{"no currency", func(v *schemas.OrderAcceptance) { v.Currency = "" }, BadCurrency, "currency"},
		{"no terms", func(v *schemas.OrderAcceptance) { v.PaymentTerms = nil }, "", ""},
		{"due before it is issued", func(v *schemas.OrderAcceptance) { v.PaymentTerms.NetDays = -1 }, BadNumber, "payment_terms.net_days"},
		{"a discount for ever", func(v *schemas.OrderAcceptance) { v.PaymentTerms.DiscountDays = maxDays + 1 }, BadNumber, "payment_terms.discount_days"},
		{"a discount of more than all", func(v *schemas.OrderAcceptance) { v.PaymentTerms.DiscountPercent = hundredPercent + 1 }, BadNumber, "payment_terms.discount_percent"},
		{"no lines", func(v *schemas.OrderAcceptance) { v.Lines = nil }, NoLines, "lines"},
		{"rejected, no lines", func(v *schemas.OrderAcceptance) { v.Status, v.Lines = schemas.AcceptanceRejected, nil }, "", ""},
		{"line zero", func(v *schemas.OrderAcceptance) { v.Lines[0].LineNo = 0 }, BadLineNumber, "lines[0].line_no"},
		{"a line twice", func(v *schemas.OrderAcceptance) { v.Lines = append(v.Lines, v.Lines[0]) }, DuplicateLine, "lines[1].line_no"},
		{"no item", func(v *schemas.OrderAcceptance) { v.Lines[0].ItemID = "" }, EmptyField, "lines[0].item_id"},
		{"an unknown line status", func(v *schemas.OrderAcceptance) { v.Lines[0].Status = schemas.Unknown }, UnknownSymbol, "lines[0].status"},
		{"a negative quantity", func(v *schemas.OrderAcceptance) { v.Lines[0].ConfirmedQuantity = -1 }, NegativeQuantity, "lines[0].confirmed_quantity"},
		{"no unit", func(v *schemas.OrderAcceptance) { v.Lines[0].UOM = "" }, EmptyField, "lines[0].uom"},
		{"rejected, no unit", func(v *schemas.OrderAcceptance) { v.Lines[0].UOM, v.Lines[0].Status = "", schemas.AcceptanceRejected }, "", ""},
		{"a negative price", func(v *schemas.OrderAcceptance) { v.Lines[0].UnitPrice = -1 }, NegativeAmount, "lines[0].unit_price"},
		{"confirmed for 1969", func(v *schemas.OrderAcceptance) { v.Lines[0].ConfirmedDate = -1 }, AbsurdDate, "lines[0].confirmed_date"},
	})
}

func TestShipmentsKeepTheirContract(t *testing.T) {
	valid := func() *schemas.Shipment { return aShipment("S1", 1, schemas.MilestoneShipped, "O1", "O2") }
	testContract(t, topics.Dense, valid, []broken[schemas.Shipment]{
		{"no shipment id", func(v *schemas.Shipment) { v.ShipmentID = "" }, EmptyField, "shipment_id"},
		{"no warehouse", func(v *schemas.Shipment) { v.WarehouseID = "" }, EmptyField, "warehouse_id"},
		{"an unknown milestone", func(v *schemas.Shipment) { v.Milestone = schemas.Unknown }, UnknownSymbol, "milestone"},
		{"no lines", func(v *schemas.Shipment) { v.Lines = nil }, NoLines, "lines"},
		{"cancelled, no lines", func(v *schemas.Shipment) { v.Lines, v.Milestone = nil, schemas.MilestoneCancelled }, "", ""},
		{"no order id", func(v *schemas.Shipment) { v.Lines[1].OrderID = "" }, EmptyField, "lines[1].order_id"},
		{"line zero", func(v *schemas.Shipment) { v.Lines[1].LineNo = 0 }, BadLineNumber, "lines[1].line_no"},
		{"no item", func(v *schemas.Shipment) { v.Lines[1].ItemID = "" }, EmptyField, "lines[1].item_id"},
		{"a negative quantity", func(v *schemas.Shipment) { v.Lines[1].Quantity = schemas.MustQuantity("-4") }, NegativeQuantity, "lines[1].quantity"},
		{"no unit", func(v *schemas.Shipment) { v.Lines[1].UOM = "" }, EmptyField, "lines[1].uom"},
		{"a negative weight", func(v *schemas.Shipment) { v.Lines[1].CatchWeight = new(schemas.Quantity(-1)) }, NegativeQuantity, "lines[1].catch_weight"},
		{"a negative confirmed quantity", func(v *schemas.Shipment) { v.Lines[1].ConfirmedQuantity = new(schemas.Quantity(-1)) }, NegativeQuantity, "lines[1].confirmed_quantity"},
		{"a line twice", func(v *schemas.Shipment) { v.Lines[1].OrderID = "O1" }, DuplicateLine, "lines[1].line_no"},
		{"a line in two lots", func(v *schemas.Shipment) { v.Lines[1].OrderID, v.Lines[1].Lot = "O1", new("L2") }, "", ""},
		{"a line in the same lot twice", func(v *schemas.Shipment) {
			v.Lines[0].Lot, v.Lines[1].OrderID, v.Lines[1].Lot = new("L2"), "O1", new("L2")
		}, DuplicateLine, "lines[1].line_no"},
		{"a line in part by a substitute", func(v *schemas.Shipment) { v.Lines[1].OrderID, v.Lines[1].ItemID = "O1", "B" }, "", ""},
	})
}

func TestMovementsKeepTheirContract(t *testing.T) {
	testContract(t, topics.Dense, func() *schemas.StockMovement { return aMovement(1) }, []broken[schemas.StockMovement]{
		{"no item", func(v *schemas.StockMovement) { v.ItemID = "" }, EmptyField, "item_id"},
		{"no warehouse", func(v *schemas.StockMovement) { v.WarehouseID = "" }, EmptyField, "warehouse_id"},
		{"an unknown kind", func(v *schemas.StockMovement) { v.Kind = schemas.Unknown }, UnknownSymbol, "kind"},
		{"a negative quantity", func(v *schemas.StockMovement) { v.Quantity = -1 }, NegativeQuantity, "quantity"},
		{"a negative adjustment", func(v *schemas.StockMovement) { v.Quantity, v.Kind = -1, schemas.MovementAdjust }, "", ""},
		{"the end of a quarantine", func(v *schemas.StockMovement) { v.Quantity, v.Kind = -1, schemas.MovementQuarantine }, "", ""},
		{"no unit", func(v *schemas.StockMovement) { v.UOM = "" }, EmptyField, "uom"},
		{"a transfer to somewhere", func(v *schemas.StockMovement) { v.TransferID, v.ToWarehouseID = new("T"), new("west") }, "", ""},
		{"a nameless transfer", func(v *schemas.StockMovement) { v.TransferID = new("") }, EmptyField, "transfer_id"},
		{"a transfer to nowhere", func(v *schemas.StockMovement) { v.TransferID, v.ToWarehouseID = new("T"), new("") }, EmptyField, "to_warehouse_id"},
		{"a transfer to somewhere, of no name", func(v *schemas.StockMovement) { v.ToWarehouseID = new("west") }, EmptyField, "transfer_id"},
		{"line zero", func(v *schemas.StockMovement) { v.LineNo = new(int32(0)) }, BadLineNumber, "line_no"},
		{"expires in the year 1", func(v *schemas.StockMovement) { v.ExpiresAt = new(time.Time) }, AbsurdDate, "expires_at"},
		{"expires next year", func(v *schemas.StockMovement) { v.ExpiresAt = new(noon.AddDate(1, 0, 0)) }, "", ""},
		{"cut off before the first", func(v *schemas.StockMovement) { v.CutoffSequence = new(int64(-1)) }, BadSequence, "cutoff_sequence"},
	})
}

func TestInvoicesKeepTheirContract(t *testing.T) {
	valid := func() *schemas.Invoice { return anInvoice("I1", 1, schemas.InvoiceKindInvoice, "O1") }
	credit := func(v *schemas.Invoice) { v.Kind, v.RefersTo = schemas.InvoiceKindCreditMemo, new("I0") }
	cancellation := func(v *schemas.Invoice) { v.Kind, v.Lines = schemas.InvoiceKindCancellation, nil }
	testContract(t, topics.Monotonic, valid, []broken[schemas.Invoice]{
		{"no invoice id", func(v *schemas.Invoice) { v.InvoiceID = "" }, EmptyField, "invoice_id"},
		{"an unknown kind", func(v *schemas.Invoice) { v.Kind = schemas.Unknown }, UnknownSymbol, "kind"},
		{"refers to nothing", func(v *schemas.Invoice) { v.RefersTo = new("") }, EmptyField, "refers_to"},
		{"no customer", func(v *schemas.Invoice) { v.CustomerID = "" }, EmptyField, "customer_id"},
		{"no currency", func(v *schemas.Invoice) { v.Currency = "" }, BadCurrency, "currency"},
		{"issued in 1969", func(v *schemas.Invoice) { v.IssuedOn = -1 }, AbsurdDate, "issued_on"},
		{"due in 2200", func(v *schemas.Invoice) { v.DueOn = schemas.MustDate("2200-01-01") }, AbsurdDate, "due_on"},
		{"no lines", func(v *schemas.Invoice) { v.Lines = nil }, NoLines, "lines"},
		{"cancelled, no lines", cancellation, "", ""},
		{"cancelled by another document without lines", func(v *schemas.Invoice) { cancellation(v); v.RefersTo = new("I0") }, NoLines, "lines"},
		{"cancelled by another document with lines", func(v *schemas.Invoice) { v.Kind, v.RefersTo = schemas.InvoiceKindCancellation, new("I0") }, "", ""},
		{"no order id", func(v *schemas.Invoice) { v.Lines[0].OrderID = "" }, EmptyField, "lines[0].order_id"},
		{"line zero", func(v *schemas.Invoice) { v.Lines[0].LineNo = 0 }, BadLineNumber, "lines[0].line_no"},
		{"no item", func(v *schemas.Invoice) { v.Lines[0].ItemID = "" }, EmptyField, "lines[0].item_id"},
		{"a negative quantity", func(v *schemas.Invoice) { v.Lines[0].Quantity = -1 }, NegativeQuantity, "lines[0].quantity"},
		{"a credit of a negative quantity", func(v *schemas.Invoice) {
			credit(v)
			v.Lines[0].Quantity, v.Lines[0].Amount, v.Total = -1, -1, -1
		}, "", ""},
		{"no unit", func(v *schemas.Invoice) { v.Lines[0].UOM = "" }, EmptyField, "lines[0].uom"},
		{"a negative price", func(v *schemas.Invoice) { v.Lines[0].UnitPrice = -1 }, NegativeAmount, "lines[0].unit_price"},
		{"a negative amount", func(v *schemas.Invoice) { v.Lines[0].Amount = -1 }, NegativeAmount, "lines[0].amount"},
		{"a negative total", func(v *schemas.Invoice) { v.Total = -1 }, NegativeAmount, "total"},
		{"a line for two shipments", func(v *schemas.Invoice) { v.Lines = append(v.Lines, v.Lines[0]) }, "", ""},
	})
}

func TestPaymentsAndDisputesKeepTheirContracts(t *testing.T) {
	testContract(t, topics.Monotonic, func() *schemas.Payment { return aPayment("P1", 1, "I1", "I1") }, []broken[schemas.Payment]{
		{"no payment id", func(v *schemas.Payment) { v.PaymentID = "" }, EmptyField, "payment_id"},
		{"a negative amount", func(v *schemas.Payment) { v.Amount = -1 }, NegativeAmount, "amount"},
		{"no currency", func(v *schemas.Payment) { v.Currency = "" }, BadCurrency, "currency"},
		{"received in 1969", func(v *schemas.Payment) { v.ReceivedOn = -1 }, AbsurdDate, "received_on"},
		{"applied to nothing", func(v *schemas.Payment) { v.Applications = nil }, "", ""},
		{"no invoice", func(v *schemas.Payment) { v.Applications[1].InvoiceID = "" }, EmptyField, "applications[1].invoice_id"},
		{"a negative application", func(v *schemas.Payment) { v.Applications[1].Amount = -1 }, NegativeAmount, "applications[1].amount"},
		{"a negative discount", func(v *schemas.Payment) { v.Applications[1].Discount = -1 }, NegativeAmount, "applications[1].discount"},
	})
	testContract(t, topics.Monotonic, func() *schemas.Dispute { return aDispute("D1", "I1", 1) }, []broken[schemas.Dispute]{
		{"no dispute id", func(v *schemas.Dispute) { v.DisputeID = "" }, EmptyField, "dispute_id"},
		{"no invoice", func(v *schemas.Dispute) { v.InvoiceID = "" }, EmptyField, "invoice_id"},
		{"line zero", func(v *schemas.Dispute) { *v.LineNo = 0 }, BadLineNumber, "line_no"},
		{"the whole invoice", func(v *schemas.Dispute) { v.LineNo = nil }, "", ""},
		{"a negative amount", func(v *schemas.Dispute) { v.Amount = -1 }, NegativeAmount, "amount"},
		{"no reason", func(v *schemas.Dispute) { v.Reason = "" }, EmptyField, "reason"},
		{"an unknown status", func(v *schemas.Dispute) { v.Status = schemas.Unknown }, UnknownSymbol, "status"},
	})
}

func TestMasterDataKeepsItsContracts(t *testing.T) {
	testContract(t, topics.Monotonic, func() *schemas.Customer { return aCustomer(1) }, []broken[schemas.Customer]{
		{"no customer id", func(v *schemas.Customer) { v.CustomerID = "" }, EmptyField, "customer_id"},
		{"no currency", func(v *schemas.Customer) { v.Currency = "" }, BadCurrency, "currency"},
		{"no limit", func(v *schemas.Customer) { v.CreditLimit = nil }, "", ""},
		{"a negative limit", func(v *schemas.Customer) { *v.CreditLimit = -1 }, NegativeAmount, "credit_limit"},
		{"bad terms", func(v *schemas.Customer) { v.PaymentTerms.NetDays = -1 }, BadNumber, "payment_terms.net_days"},
		{"an unknown invoice policy", func(v *schemas.Customer) { v.InvoicePolicy = schemas.Unknown }, UnknownSymbol, "invoice_policy"},
		{"an unknown ship policy", func(v *schemas.Customer) { v.ShipPolicy = schemas.Unknown }, UnknownSymbol, "ship_policy"},
		{"a negative tolerance", func(v *schemas.Customer) { v.OverTolerancePercent = -1 }, BadNumber, "over_tolerance_percent"},
		{"may ship less than nothing", func(v *schemas.Customer) { v.UnderTolerancePercent = hundredPercent + 1 }, BadNumber, "under_tolerance_percent"},
		{"an unknown substitution price", func(v *schemas.Customer) { v.SubstitutionPrice = schemas.Unknown }, UnknownSymbol, "substitution_price"},
	})
	testContract(t, topics.Monotonic, func() *schemas.Item { return anItem(1) }, []broken[schemas.Item]{
		{"no item id", func(v *schemas.Item) { v.ItemID = "" }, EmptyField, "item_id"},
		{"no base unit", func(v *schemas.Item) { v.BaseUOM = "" }, EmptyField, "base_uom"},
		{"a nameless unit", func(v *schemas.Item) { v.UOMs[0].UOM = "" }, EmptyField, "uoms[0].uom"},
		{"a unit of nothing", func(v *schemas.Item) { v.UOMs[0].Numerator = 0 }, BadNumber, "uoms[0].numerator"},
		{"a unit by nothing", func(v *schemas.Item) { v.UOMs[0].Denominator = 0 }, BadNumber, "uoms[0].denominator"},
		{"a unit twice", func(v *schemas.Item) { v.UOMs = append(v.UOMs, v.UOMs[0]) }, DuplicateLine, "uoms[1].uom"},
		{"no tolerances", func(v *schemas.Item) { v.OverTolerancePercent, v.UnderTolerancePercent = nil, nil }, "", ""},
		{"a negative tolerance", func(v *schemas.Item) { *v.OverTolerancePercent = -1 }, BadNumber, "over_tolerance_percent"},
		{"a tolerance of more than all", func(v *schemas.Item) { *v.UnderTolerancePercent = hundredPercent + 1 }, BadNumber, "under_tolerance_percent"},
	})
	testContract(t, topics.Monotonic, func() *schemas.ItemPrice { return aPrice(1, "A") }, []broken[schemas.ItemPrice]{
		{"no price id", func(v *schemas.ItemPrice) { v.PriceID = "" }, EmptyField, "price_id"},
		{"a nameless customer", func(v *schemas.ItemPrice) { v.CustomerID = new("") }, EmptyField, "customer_id"},
		{"no item", func(v *schemas.ItemPrice) { v.ItemID = "" }, EmptyField, "item_id"},
		{"no currency", func(v *schemas.ItemPrice) { v.Currency = "" }, BadCurrency, "currency"},
		{"valid from 1969", func(v *schemas.ItemPrice) { v.ValidFrom = -1 }, AbsurdDate, "valid_from"},
		{"valid for ever", func(v *schemas.ItemPrice) { v.ValidTo = nil }, "", ""},
		{"valid to 2200", func(v *schemas.ItemPrice) { *v.ValidTo = schemas.MustDate("2200-01-01") }, AbsurdDate, "valid_to"},
		{"ends before it begins", func(v *schemas.ItemPrice) { *v.ValidTo = v.ValidFrom - 1 }, AbsurdDate, "valid_to"},
		{"no unit", func(v *schemas.ItemPrice) { v.UOM = "" }, EmptyField, "uom"},
		{"a negative price", func(v *schemas.ItemPrice) { v.UnitPrice = -1 }, NegativeAmount, "unit_price"},
		{"a price per nothing", func(v *schemas.ItemPrice) { v.PriceUnit = 0 }, BadNumber, "price_unit"},
	})
	testContract(t, topics.Monotonic, func() *schemas.Warehouse { return aWarehouse(1) }, []broken[schemas.Warehouse]{
		{"no warehouse id", func(v *schemas.Warehouse) { v.WarehouseID = "" }, EmptyField, "warehouse_id"},
	})
}

func TestCommandsKeepTheirContract(t *testing.T) {
	testContract(t, topics.Unordered, func() *schemas.Command { return aCommand("K1", noon) }, []broken[schemas.Command]{
		{"no command id", func(v *schemas.Command) { v.CommandID = "" }, EmptyField, "command_id"},
		{"nobody asks", func(v *schemas.Command) { v.Actor = "" }, EmptyField, "actor"},
		{"an unknown kind", func(v *schemas.Command) { v.Kind = schemas.Unknown }, UnknownSymbol, "kind"},
		{"no target", func(v *schemas.Command) { v.Target = "" }, EmptyField, "target"},
		{"no reason", func(v *schemas.Command) { v.Reason = "" }, EmptyField, "reason"},
		{"no payload", func(v *schemas.Command) { v.Payload = "" }, "", ""},
		{"a payload that is no JSON", func(v *schemas.Command) { v.Payload = "owner: ada" }, BadPayload, "payload"},
		{"a payload that is a list", func(v *schemas.Command) { v.Payload = "[1]" }, BadPayload, "payload"},
		{"a payload that is null", func(v *schemas.Command) { v.Payload = "null" }, BadPayload, "payload"},
	})
}

func TestAProblemSaysWhereAndWhat(t *testing.T) {
	for _, c := range []struct {
		problem Problem
		want    string
	}{
		{Problem{Class: NullKey, Text: "there is none"}, "null_key: there is none"},
		{Problem{Class: EmptyField, Field: "lines[0].uom", Text: "is empty"}, "empty_field, field lines[0].uom: is empty"},
	} {
		if got := c.problem.String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestTheValueOfAPersonalFieldIsNotRepeated(t *testing.T) {
	for field, want := range map[string]string{
		"currency":       "holds a value that the contract does not allow",
		"lines.currency": `is "Ada", not the three capital letters of ISO 4217`,
	} {
		inspection := inspection{personal: []string{field}}
		inspection.currency("Ada")
		if inspection.problem.Text != want {
			t.Errorf("%s is personal: %s", field, inspection.problem.Text)
		}
	}
	inList := inspection{personal: []string{"lines.quantity"}}
	inList.quantity(place{"lines", 2}, "quantity", -7)
	if inList.problem.Text != "holds a value that the contract does not allow" || inList.problem.Field != "lines[2].quantity" {
		t.Errorf("%+v", inList.problem)
	}
}
