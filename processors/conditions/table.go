package conditions

import (
	"time"

	"waybill/schemas"
)

// Class is one kind of exception: who works it, how fast, and how it ends.
type Class struct {
	Name       string
	Raised     string // when it is raised
	Severity   schemas.Severity
	OwnedBy    OwnerRule
	Owner      string        // the team that owns it; with another rule than ByClass, the one to fall back on
	TargetAge  time.Duration // from opened to due
	Closing    Closing
	ClosesWhen string
	NextAction string // what a clerk does about it
}

// ShowsAfter is how long the cause stands before it is an exception. Master data and what needs it travel on different
// topics: that the one is a moment behind the other is nobody's work. Nor is a source that had stood still and catches up, or
// one device that was out of reach: only a source whose events keep coming late is stale.
func (class Class) ShowsAfter() time.Duration {
	switch class.Name {
	case UnknownReference:
		return 30 * time.Second
	case StaleSource:
		return 15 * time.Minute
	}
	return 0
}

// Fades is how long the cause stands when nobody says it again; zero: until somebody says that it is gone. It is for what
// many tasks see a part of each, none of which can know that the others see it no more. It is shorter than ShowsAfter.
func (class Class) Fades() time.Duration {
	if class.Name == StaleSource {
		return 10 * time.Minute
	}
	return 0
}

// OwnerRule says where the owner of an exception comes from.
type OwnerRule uint8

// The owner rules.
const (
	ByClass     OwnerRule = iota // the class names the team
	BySource                     // the owner of the system that sent the event, by the catalogue
	ByWarehouse                  // the owner of the warehouse, by master data
)

// Closing says what a person's resolve does to an exception. An exception of any class closes when its cause clears.
type Closing uint8

// The ways to close.
const (
	ByCause   Closing = iota // nothing but its cause going away closes it
	ByCommand                // resolve closes it: a person has settled it, or accepts it
	ByDrop                   // resolve gives the event up: intake drops it, lets go on what waits behind it, and clears
)

const (
	hours = time.Hour
	days  = 24 * time.Hour
)

// classes is the one table of exceptions; the documentation of them is printed from it.
var classes = []Class{
	{Unreadable, "an event fails its contract or schema", schemas.SeverityHigh, BySource, "integration", 4 * hours, ByDrop, "replayed, superseded by a readable event, or dropped by command",
		"Read the message: it names the field. Have the source send the event again, or mend the contract (a repair, a release) and replay it, or replay it with the corrected value. Resolve it only to give the event up."},
	{SequenceGap, "a gap in a dense sequence outlives its deadline", schemas.SeverityHigh, BySource, "integration", 4 * hours, ByDrop, "filled, or accepted by command",
		"Have the source send the missing event again. If it is known never to have existed, resolve the exception: what waits behind the gap goes on."},
	{UnknownOrder, "a shipment line names an order or line that is still not known after the grace time", schemas.SeverityHigh, ByClass, "order management", 4 * hours, ByCause, "the order arrives",
		"Find the order in the order channel and have it sent; if the warehouse shipped under a wrong number, have it corrected there."},
	{UnknownReference, "a customer, item, price or warehouse is not in master data", schemas.SeverityHigh, ByClass, "master data", 8 * hours, ByCause, "the reference arrives",
		"Enter what the message names in ERP master data, valid on the order's date. What waits for it goes on by itself."},
	{NotAccepted, "shipped, but acceptance is required and missing or rejected", schemas.SeverityHigh, ByClass, "order management", 24 * hours, ByCause, "accepted, or cancelled and returned",
		"Accept the order in ERP, or cancel it there and have the goods returned."},
	{WrongAuthority, "an event comes from a system that does not own the object", schemas.SeverityMedium, ByClass, "integration", 2 * days, ByCommand, "resolved by command",
		"Find out why that system sent the event; enter the change in the system that owns the object, if it is wanted. Then resolve the exception with what was done."},
	{ShortShipped, "less was shipped than ordered, outside tolerance, and no more will come", schemas.SeverityMedium, ByClass, "customer service", 2 * days, ByCause, "the rest ships, the order changes, or an override",
		"Agree with the customer: ship the rest, or reduce or cancel what is open on the order."},
	{OverShipped, "more was shipped than ordered, outside tolerance", schemas.SeverityHigh, ByWarehouse, "warehouse", 24 * hours, ByCause, "the excess is returned, the order changes, or an override",
		"Check the count. Have the excess returned, or have the customer agree and the order raised; the excess is not billed until then."},
	{OverReturned, "more came back than was shipped", schemas.SeverityMedium, ByWarehouse, "warehouse", 24 * hours, ByCause, "the warehouse corrects what it shipped or what came back",
		"Check the count, and under which shipment, item and unit the goods left. Have the warehouse correct the one or the other; the surplus is not credited until then."},
	{SubstitutionRefused, "an item was shipped in place of the ordered one, which the line does not allow", schemas.SeverityHigh, ByClass, "sales", 8 * hours, ByCause, "the order or master data changes, or an override",
		"Ask the customer. If the substitute is wanted, allow it on the order line or name it as a substitute in master data; else have it returned."},
	{SubstitutionUnpriced, "an item was shipped in place of the ordered one and no price is known for it", schemas.SeverityHigh, ByClass, "pricing", 8 * hours, ByCause, "the order or master data changes, or an override",
		"Enter a price for the substitute item, valid on the order's date, for this customer or as a list price."},
	{UOMMismatch, "a unit of measure does not convert into the one that is priced", schemas.SeverityHigh, ByClass, "master data", 8 * hours, ByCause, "the order or master data changes",
		"Add the unit and its factor to the item in master data, or correct the unit where it was entered."},
	{MissingWeight, "a catch-weight item was shipped without its weight", schemas.SeverityMedium, ByWarehouse, "warehouse", 24 * hours, ByCause, "the weight arrives",
		"Have the warehouse enter the weight of the line."},
	{ShippedAfterCancel, "goods leave the warehouse, or it goes on with them, after their line was cancelled; or ERP cancels what has left", schemas.SeverityHigh, ByClass, "customer service", 8 * hours, ByCause, "returned, or an override",
		"Stop the shipment or have it returned; if the customer wants to keep it, have the line ordered again."},
	{Oversold, "available to promise stays below zero for longer than the grace time", schemas.SeverityHigh, ByClass, "inventory control", 4 * hours, ByCause, "available to promise recovers",
		"Find stock: a receipt, a transfer, a count. Otherwise move or reduce the orders that cannot be filled."},
	{StockUnexplained, "a count differs from the book by more than what is in flight", schemas.SeverityMedium, ByClass, "inventory control", 24 * hours, ByCause, "adjusted",
		"Count again; if the difference stays, post an adjustment in the WMS."},
	{StaleSource, "a source's events keep coming later after it wrote them than its bound allows", schemas.SeverityHigh, BySource, "integration", 1 * hours, ByCause, "no event of it came late for ten minutes",
		"Look at the source's feed: the event that the exception rests on tells when it was written. Nothing is lost; what depends on it is late."},
	{OverdueShipment, "the day that ERP confirmed, else that the customer asked for, is over everywhere, and nothing of a line has left the warehouse", schemas.SeverityLow, ByWarehouse, "warehouse", 3 * days, ByCause, "something of it leaves, the day moves, or it is cancelled",
		"Ship it, or agree on another day with the customer and have ERP confirm it."},
	{Unbilled, "goods of a shipment are invoice-ready, and on no ERP invoice within the target time", schemas.SeverityHigh, ByClass, "billing", 24 * hours, ByCause, "invoiced, or taken back",
		"Issue the invoice in ERP for the order and shipment that the message names; look whether ERP refused it."},
	{InvoiceMismatch, "an ERP invoice differs from what was ready to be invoiced", schemas.SeverityCritical, ByClass, "billing", 8 * hours, ByCause, "a credit memo, a cancellation, or the two match",
		"Compare the invoice with the bill that the message names. Cancel or credit the invoice and issue it as the bill says."},
	{InvoicedNotShipped, "an ERP invoice bills what has not shipped", schemas.SeverityCritical, ByClass, "billing", 8 * hours, ByCause, "a credit memo, a cancellation, or it ships",
		"Stop the invoice from going out, or credit it; it may be issued when the goods have shipped."},
	{DoubleInvoiced, "the same goods are invoiced twice", schemas.SeverityCritical, ByClass, "billing", 8 * hours, ByCause, "a credit memo or a cancellation",
		"Cancel or credit one of the invoices that the message names, before the customer pays twice."},
	{ShortPay, "payments leave an invoice short, nothing of them is on account, and what was kept back is neither disputed nor a discount within terms", schemas.SeverityMedium, ByClass, "receivables", 5 * days, ByCommand, "the rest is applied, credited, disputed or conceded, or written off by command",
		"Ask the customer for the rest or the reason: apply the rest, or enter the dispute or credit. If the rest is still to come, mark the application as part_payment; if it is given up, write it off in AR and resolve the exception."},
	{UnappliedPayment, "a payment is unidentified, unapplied or on account, more is applied of it than was received, or it settles nothing of an invoice or more than is owed", schemas.SeverityMedium, ByClass, "receivables", 3 * days, ByCommand, "applied, paid back, or written off by command",
		"The message says where the payment stands. Find whose it is and what it is for, and apply it in AR; what cannot be placed is settled there and the exception resolved."},
	{Disputed, "a customer's dispute is open", schemas.SeverityHigh, ByClass, "receivables", 5 * days, ByCause, "the dispute is accepted, rejected or withdrawn",
		"Settle the dispute in AR. Its amount is not collected meanwhile."},
	{CreditExceeded, "the open balance of a customer's invoices and what is not yet invoiced of the orders, less payments that are on no invoice, exceed the credit limit", schemas.SeverityHigh, ByClass, "credit", 24 * hours, ByCause, "falls below the limit, or an override",
		"Have the customer pay, raise the limit in ERP, or reduce the open orders."},
	{Held, "a person holds the billing of an order or of a line", schemas.SeverityMedium, ByClass, "billing", 5 * days, ByCause, "released by command",
		"Settle what the message names, then release it: `waybill order release ORDER --reason WHY`. What had become ready meanwhile is billed."},
}

var byName = func() map[string]Class {
	names := make(map[string]Class, len(classes))
	for _, class := range classes {
		names[class.Name] = class
	}
	return names
}()

// Table returns every class, in the order in which they are documented.
func Table() []Class { return append([]Class(nil), classes...) }

// Of returns the class of that name. A name that is not in the table, which only a newer release can have raised, gets a
// class that routes it to integration; ok is then false.
func Of(name string) (class Class, ok bool) {
	if class, ok = byName[name]; ok {
		return class, true
	}
	return Class{
		Name: name, Raised: "unknown to this release", Severity: schemas.SeverityHigh, Owner: "integration", TargetAge: 4 * hours,
		ClosesWhen: "its cause clears", NextAction: "This release of waybill does not know the class. Update it.",
	}, false
}
