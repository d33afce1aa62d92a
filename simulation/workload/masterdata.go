package workload

import (
	"fmt"
	"time"

	"waybill/schemas"
	"waybill/topics"
)

// stocked is an item with what the teller needs to know of it.
type stocked struct {
	schemas.Item
	box    int64 // how many of the base unit are in a box
	priced bool  // there is a list price
}

// one is a whole unit of a schemas.Quantity.
var one = schemas.MustQuantity("1")

func units(n int64) schemas.Quantity { return schemas.Quantity(n) * one }

// warehouses are where things are; of the last one nobody ever hears.
var warehouses = []string{"east", "west", "north", "east-annex"}

// masterData draws customers, items, prices and warehouses. What there is one version of comes whenever it comes, or never;
// of what there are several the last one is there from the beginning, since what was billed by an earlier one stays.
func (t *teller) masterData() {
	limits := []*schemas.Amount{new(schemas.MustAmount("150")), new(schemas.MustAmount("2000")), nil}
	for i := range limits {
		t.customers = append(t.customers, &schemas.Customer{
			CustomerID: fmt.Sprintf("K-%d", i+1), Name: fmt.Sprintf("Customer %d", i+1), Segment: pick(t, "retail", "public"),
			CreditLimit:  limits[i],
			Currency:     pick(t, "USD", "USD", "EUR", "JPY", "KWD"),
			PaymentTerms: t.paymentTerms(), InvoicePolicy: pick(t, triggers...),
			ShipPolicy:            pick(t, schemas.ShipPartial, schemas.ShipPartial, schemas.ShipComplete, schemas.ShipPartialCancelBackorder),
			OverTolerancePercent:  schemas.MustPercent(pick(t, "0", "0", "10")),
			UnderTolerancePercent: schemas.MustPercent(pick(t, "0", "0", "5", "20")),
			SubstitutionPrice:     pick(t, schemas.PriceOriginal, schemas.PriceSubstitute, schemas.PriceLower),
		})
		t.schedules.draw(t.customers[i])
	}
	t.makeItems()
	for i, customer := range t.customers {
		switch {
		case i == 2 && t.chance(20): // the last one never comes
		case t.chance(20): // with a version before it
			earlier := *customer
			earlier.InvoicePolicy, earlier.OverTolerancePercent = pick(t, triggers...), 0
			earlier.CreditLimit = limits[0]
			t.steer(t.tell(opening, topics.MasterCustomers.Name(), "erp", customer.CustomerID, customer.CustomerID, &earlier))
			t.steer(t.tell(opening, topics.MasterCustomers.Name(), "erp", customer.CustomerID, customer.CustomerID, customer))
		default:
			t.tell(t.arrival(), topics.MasterCustomers.Name(), "erp", customer.CustomerID, customer.CustomerID, customer)
		}
	}
	for _, item := range t.items {
		if item.ItemID == "never" {
			continue
		}
		told := item.Item
		t.tell(t.arrival(), topics.MasterItems.Name(), "erp", item.ItemID, item.ItemID, &told)
	}
	for _, id := range warehouses[:3] {
		if id == "north" && t.chance(20) {
			continue
		}
		t.tell(t.arrival(), topics.MasterWarehouses.Name(), "erp", id, id, &schemas.Warehouse{
			WarehouseID: id, Name: "Warehouse " + id, Region: "US", TimeZone: "America/New_York", Owner: "warehouse " + id,
		})
	}
	t.makePrices()
}

// paymentTerms allow a discount to most. Payments come some days after their invoice, so that some are in time for it.
func (t *teller) paymentTerms() schemas.PaymentTerms {
	terms := schemas.PaymentTerms{NetDays: 30}
	if t.chance(65) {
		terms.DiscountDays, terms.DiscountPercent = 1+t.random.Int32N(4), schemas.MustPercent(pick(t, "1", "2", "3.5", "10"))
	}
	return terms
}

// arrival is when a record of master data comes: nearly always before anything needs it.
func (t *teller) arrival() time.Time {
	if t.chance(8) {
		return t.after(opening, 150)
	}
	return t.after(opening, 0.1)
}

// steer moves the event that was told last among those that are there before all others.
func (t *teller) steer(event *Event) {
	t.history.Steering = append(t.history.Steering, *event)
	t.history.Events = t.history.Events[:len(t.history.Events)-1]
}

// makeItems: nails and screws substitute for each other, cheese is billed by weight, cable comes in rolls, a catalogue is
// free, a gift has no price, and one item is never told.
func (t *teller) makeItems() {
	uoms := func(box int64) []schemas.ItemUOM {
		return []schemas.ItemUOM{{UOM: "each", Numerator: 1, Denominator: 1}, {UOM: "box", Numerator: box, Denominator: 1}}
	}
	add := func(id, base string, uoms []schemas.ItemUOM, box int64, priced bool) *stocked {
		item := &stocked{Item: schemas.Item{ItemID: id, Description: id, BaseUOM: base, UOMs: uoms, Substitutes: []string{}}, box: box, priced: priced}
		t.items = append(t.items, item)
		return item
	}
	nail := add("nail", "each", uoms(12), 12, true)
	if t.chance(60) {
		nail.Substitutes = []string{"screw"}
	}
	tool := add("tool", "each", uoms(6), 6, true)
	if t.chance(50) {
		tool.OverTolerancePercent, tool.UnderTolerancePercent = new(schemas.MustPercent("20")), new(schemas.MustPercent("10"))
	}
	add("screw", "each", uoms(10), 10, t.chance(85))
	cheese := add("cheese", "kg", []schemas.ItemUOM{{UOM: "piece", Numerator: 5, Denominator: 2}}, 0, true)
	cheese.CatchWeight = true
	add("cable", "metre", []schemas.ItemUOM{{UOM: "cut", Numerator: 1, Denominator: 3}, {UOM: "roll", Numerator: 50, Denominator: 1}}, 50, true)
	add("gift", "each", uoms(4), 4, false)
	add("never", "each", uoms(5), 5, true)
}

func (t *teller) item(id string) *stocked {
	for _, item := range t.items {
		if item.ItemID == id {
			return item
		}
	}
	panic("no item " + id)
}

// makePrices gives every priced item one list price in each currency that is used, per piece, per hundred or per box. A
// customer's agreement, a newer list price or a price in another unit beside it is there from the beginning.
func (t *teller) makePrices() {
	currencies := []string{}
	for _, customer := range t.customers {
		currencies = appendNew(currencies, customer.Currency)
	}
	for _, item := range t.items {
		if !item.priced {
			continue
		}
		for _, currency := range currencies {
			list := schemas.ItemPrice{
				PriceID: "list-" + item.ItemID + "-" + currency, ItemID: item.ItemID, Currency: currency, ValidFrom: schemas.MustDate("2025-01-01"),
				UOM: item.BaseUOM, UnitPrice: t.price(), PriceUnit: pick[int64](t, 1, 1, 1, 100),
			}
			if item.box > 0 && t.chance(20) {
				list.UOM = item.UOMs[len(item.UOMs)-1].UOM
			}
			if t.chance(3) {
				list.UnitPrice = 0
			}
			t.prices = append(t.prices, list)
			several := t.chance(35)
			tell := func(price schemas.ItemPrice) {
				at := opening
				if !several {
					at = t.arrival()
				}
				event := t.tell(at, topics.MasterPrices.Name(), "erp", price.PriceID, price.PriceID, &price)
				if several {
					t.steer(event)
				}
			}
			tell(list)
			if !several {
				continue
			}
			other := list
			other.PriceID, other.UnitPrice = "z-"+list.PriceID, t.price()
			switch t.random.IntN(7) {
			case 0:
				other.CustomerID = new(pick(t, t.customers...).CustomerID)
			case 1:
				other.ValidFrom = schemas.DateOf(opening.AddDate(0, 0, t.random.IntN(6)))
			case 2:
				other.ValidTo = new(schemas.MustDate("2025-12-31"))
			case 3, 4:
				other.UOM = choose(list.UOM == item.BaseUOM, item.UOMs[len(item.UOMs)-1].UOM, item.BaseUOM)
			case 5:
				other.CustomerID = new("K-99")
			case 6: // was of another item before
				of := other
				of.ItemID = "gift"
				tell(of)
			}
			tell(other)
		}
	}
}

func appendNew[T comparable](list []T, value T) []T {
	for _, other := range list {
		if other == value {
			return list
		}
	}
	return append(list, value)
}

// price is one with which rounding has something to do.
func (t *teller) price() schemas.Price {
	return schemas.MustPrice(fmt.Sprintf("%d.%s", 1+t.random.IntN(40), pick(t, "00", "50", "99", "125", "3333", "005")))
}
