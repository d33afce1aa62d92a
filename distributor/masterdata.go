package distributor

import (
	"fmt"
	"slices"
	"time"

	"waybill/schemas"
	"waybill/topics"
)

var (
	tools     = []string{"hammer", "drill", "saw", "level", "wrench", "clamp", "ladder", "grinder", "sander", "planer", "anchor", "bolt", "screw", "nut", "washer"}
	qualities = []string{"light", "standard", "heavy", "professional", "marine", "galvanized", "compact", "long"}
	firms     = []string{"Harbor", "Summit", "Keystone", "Prairie", "Cedar", "Granite", "Liberty", "Lakeside", "Pioneer", "Union"}
	trades    = []string{"Builders", "Roofing", "Electric", "Plumbing", "Hardware", "Construction", "Supply", "Interiors"}
	segments  = []string{"contractors", "retail", "industrial", "public"}
)

func (d *Distributor) makeMasterData(customers, items int) {
	policies := []schemas.InvoicePolicy{schemas.OnShipment, schemas.OnShipment, schemas.OnShipment, schemas.PerDelivery, schemas.OrderComplete}
	prices := []schemas.SubstitutionPrice{schemas.PriceOriginal, schemas.PriceSubstitute, schemas.PriceLower}
	for i := range customers {
		limit := schemas.MustAmount(fmt.Sprint(20_000 * (1 + d.random.IntN(10))))
		d.customers = append(d.customers, schemas.Customer{
			CustomerID: fmt.Sprintf("C-%s%03d", d.name, i+1), Name: d.pick(firms) + " " + d.pick(trades), Segment: d.pick(segments), Currency: "USD",
			CreditLimit: &limit, PaymentTerms: schemas.PaymentTerms{NetDays: 30, DiscountDays: 10, DiscountPercent: schemas.MustPercent("2")},
			InvoicePolicy: policies[i%len(policies)], ShipPolicy: schemas.ShipPartial,
			OverTolerancePercent: schemas.MustPercent("0"), UnderTolerancePercent: schemas.MustPercent("2"), SubstitutionPrice: prices[i%len(prices)],
		})
	}
	for i := range items {
		id := fmt.Sprintf("T-%s%04d", d.name, i+1)
		item := schemas.Item{
			ItemID: id, Description: d.pick(qualities) + " " + tools[i%len(tools)], BaseUOM: "each",
			UOMs: []schemas.ItemUOM{{UOM: "each", Numerator: 1, Denominator: 1}, {UOM: "box", Numerator: 12, Denominator: 1}}, Substitutes: []string{},
		}
		if i+len(tools) < items { // the same tool in another quality
			item.Substitutes = append(item.Substitutes, fmt.Sprintf("T-%s%04d", d.name, i+1+len(tools)))
		}
		d.items = append(d.items, item)
		d.listPrice[id] = schemas.MustPrice(fmt.Sprintf("%d.%02d", 2+d.random.IntN(180), d.random.IntN(100)))
	}
}

// MasterData returns the master data as ERP sends it, and the first receipts of stock.
func (d *Distributor) MasterData(at time.Time) []Event {
	if d.full != nil {
		return d.fullMasterData(at)
	}
	var events []Event
	for _, customer := range d.customers {
		events = append(events, d.tellCustomer(customer, at))
	}
	for _, item := range d.items {
		events = append(events, d.tellArticle(item, at))
		price := schemas.ItemPrice{
			Meta: d.positioned("erp", at), PriceID: "L-" + item.ItemID, ItemID: item.ItemID, Currency: "USD",
			ValidFrom: schemas.MustDate("2020-01-01"), UOM: "each", UnitPrice: d.listPrice[item.ItemID], PriceUnit: 1,
		}
		events = append(events, eventOf(topics.MasterPrices, price.PriceID, at, &price))
	}
	for _, id := range d.warehouses {
		events = append(events, d.tellWarehouse(id, at))
	}
	for _, warehouse := range d.warehouses {
		for _, item := range d.items {
			events = append(events, d.move(at, item.ItemID, warehouse, schemas.MovementReceipt, int64(40+d.random.IntN(400)), nil, 0))
		}
	}
	return events
}

// one is a whole unit of a schemas.Quantity.
var one = schemas.MustQuantity("1")

// move is a movement of whole units of stock.
func (d *Distributor) move(at time.Time, item, warehouse string, kind schemas.MovementKind, units int64, order *string, line int32) Event {
	key := item + "@" + warehouse
	movement := schemas.StockMovement{
		Meta: d.dense("wms-"+warehouse, topics.WmsInventory.Name(), key, at), ItemID: item, WarehouseID: warehouse, Kind: kind,
		Quantity: schemas.Quantity(units) * one, UOM: "each", OrderID: order,
	}
	if order != nil {
		movement.LineNo = &line
	}
	return eventOf(topics.WmsInventory, key, at, &movement)
}

// Replenish receives stock of a few items that sell.
func (d *Distributor) Replenish(at time.Time) []Event {
	if d.full != nil { // each position orders what it sells
		return nil
	}
	var events []Event
	for range 5 {
		item := d.items[d.random.IntN(len(d.items))]
		events = append(events, d.move(at, item.ItemID, d.pick(d.warehouses), schemas.MovementReceipt, int64(50+d.random.IntN(100)), nil, 0))
	}
	return events
}

func (d *Distributor) itemByID(id string) *schemas.Item {
	at := slices.IndexFunc(d.items, func(item schemas.Item) bool { return item.ItemID == id })
	return &d.items[at]
}
