package commands

import (
	"errors"
	"fmt"

	"waybill/schemas"
)

// Override is the payload of an override: nothing; or that it is taken back, {"undo":true}; or how much is let go,
// {"quantity":"4","uom":"each"}; or what is billed for it, {"price":"7.50","price_unit":1,"uom":"each","currency":"USD"}.
type Override struct {
	Undo      bool              `json:"undo" avro:"undo"`
	Quantity  *schemas.Quantity `json:"quantity" avro:"quantity"`
	Price     *schemas.Price    `json:"price" avro:"price"`
	PriceUnit int64             `json:"price_unit" avro:"price_unit"` // the price is per so many; 1 where it says nothing
	UOM       string            `json:"uom" avro:"uom"`
	Currency  string            `json:"currency" avro:"currency"`
}

// ReadOverride reads the payload of an override. A number without its unit is refused: nobody could tell of what it is.
func ReadOverride(payload string) (Override, error) {
	var o Override
	if payload == "" {
		return o, nil
	}
	if err := Read(payload, &o); err != nil {
		return Override{}, err
	}
	if o.Price != nil && o.PriceUnit == 0 {
		o.PriceUnit = 1
	}
	if err := o.check(); err != nil {
		return Override{}, err
	}
	return o, nil
}

func (o *Override) check() error {
	named := o.Quantity != nil || o.Price != nil
	switch {
	case o.Undo && (named || o.UOM != "" || o.Currency != "" || o.PriceUnit != 0):
		return errors.New("an override that is taken back says nothing else")
	case o.Quantity != nil && o.Price != nil:
		return errors.New("a quantity or a price, not both")
	case o.Quantity != nil && *o.Quantity <= 0:
		return fmt.Errorf("quantity %s: not above zero", *o.Quantity)
	case o.Price != nil && *o.Price <= 0:
		return fmt.Errorf("price %s: not above zero", *o.Price)
	case o.Price != nil && o.PriceUnit < 1:
		return fmt.Errorf("price_unit %d: not a positive whole number", o.PriceUnit)
	case o.Price == nil && (o.PriceUnit != 0 || o.Currency != ""):
		return errors.New("price_unit and currency belong to a price")
	case named && o.UOM == "":
		return errors.New("no uom; a quantity and a price are per unit of measure")
	case !named && o.UOM != "":
		return errors.New("a uom belongs to a quantity or a price")
	case o.Price != nil && o.Currency == "":
		return errors.New("no currency of the price")
	}
	return nil
}
