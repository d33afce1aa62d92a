package main

import (
	"waybill/schemas"
	"waybill/topics"
)

func theWarehouse() event {
	return eventOf(topics.MasterWarehouses, warehouse, &schemas.Warehouse{
		Meta:        master("warehouse-" + warehouse),
		WarehouseID: warehouse,
		Name:        "Northwind Traders",
		Region:      "us-west",
		TimeZone:    "America/Los_Angeles",
		Owner:       "warehouse",
	})
}

func customer(r row) (event, bool, error) {
	id := r["customer_id"]
	return eventOf(topics.MasterCustomers, id, &schemas.Customer{
		Meta:              master("customer-" + id),
		CustomerID:        id,
		Name:              r["company_name"],
		Segment:           r["country"],
		Currency:          currency,
		PaymentTerms:      schemas.PaymentTerms{NetDays: 30},
		InvoicePolicy:     schemas.OnShipment,
		ShipPolicy:        schemas.ShipPartial,
		SubstitutionPrice: schemas.PriceOriginal,
	}), true, nil
}

func item(r row) (event, bool, error) {
	id := r["product_id"]
	return eventOf(topics.MasterItems, id, &schemas.Item{
		Meta:        master("item-" + id),
		ItemID:      id,
		Description: r["product_name"] + ", " + r["quantity_per_unit"],
		BaseUOM:     each,
		UOMs:        []schemas.ItemUOM{},
		Substitutes: []string{},
	}), true, nil
}

func listPrice(r row) (event, bool, error) {
	unitPrice, err := price(r["unit_price"])
	if err != nil {
		return event{}, false, err
	}
	id := "list-" + r["product_id"]
	return eventOf(topics.MasterPrices, id, &schemas.ItemPrice{
		Meta:      master("price-" + id),
		PriceID:   id,
		ItemID:    r["product_id"],
		Currency:  currency,
		ValidFrom: schemas.DateOf(opening),
		UOM:       each,
		UnitPrice: unitPrice,
		PriceUnit: 1,
	}), true, nil
}

// stock is a product's units in stock, which Northwind states as they are after all that was shipped: the count that opens
// the book.
func stock(r row) (event, bool, error) {
	quantity, err := schemas.ParseQuantity(r["units_in_stock"])
	if err != nil {
		return event{}, false, err
	}
	id := r["product_id"] + "@" + warehouse
	return eventOf(topics.WmsInventory, id, &schemas.StockMovement{
		Meta:        dense(wms, "stock-"+r["product_id"], opening),
		ItemID:      r["product_id"],
		WarehouseID: warehouse,
		Kind:        schemas.MovementCount,
		Quantity:    quantity,
		UOM:         each,
	}), true, nil
}
