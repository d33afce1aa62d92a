package feed

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"waybill/schemas"
)

// LinePayload names a line of an order; empty for the order as a whole, which 0 stands for.
func LinePayload(lineNo int32) (string, error) {
	switch {
	case lineNo == 0:
		return "", nil
	case lineNo < 0:
		return "", fmt.Errorf("%d: lines are numbered from 1", lineNo)
	}
	return payload(map[string]int32{"line_no": lineNo})
}

// UndoPayload takes an override back.
func UndoPayload() string { return `{"undo":true}` }

// Amount of goods, or of money for them, that an override names.
type Amount struct {
	Quantity  *schemas.Quantity
	Price     *schemas.Price
	PriceUnit int64 // the price is per so many
	UOM       string
	Currency  string // of the price
}

// ParseQuantity reads "4 each"; the unit may be left out.
func ParseQuantity(text string) (Amount, error) {
	number, uom, _ := strings.Cut(strings.TrimSpace(text), " ")
	quantity, err := schemas.ParseQuantity(number)
	if err != nil {
		return Amount{}, fmt.Errorf("%q is no quantity with its unit, for example \"4 each\": %w", text, err)
	}
	if quantity <= 0 {
		return Amount{}, fmt.Errorf("%s: not above zero", quantity)
	}
	return Amount{Quantity: &quantity, UOM: strings.TrimSpace(uom)}, nil
}

// ParsePrice reads "7.50 USD per each" or "7.50 USD per 100 each"; what stands behind the currency may be left out.
func ParsePrice(text string) (Amount, error) {
	wrong := func(err error) (Amount, error) {
		return Amount{}, fmt.Errorf("%q is no price with its currency and unit, for example \"7.50 USD per each\" or \"7.50 USD per 100 each\": %w", text, err)
	}
	words := strings.Fields(text)
	if len(words) < 2 || len(words) > 2 && (words[2] != "per" || len(words) == 3 || len(words) > 5) {
		return wrong(errors.New("it has other words"))
	}
	price, err := schemas.ParsePrice(words[0])
	switch {
	case err != nil:
		return wrong(err)
	case price <= 0:
		return wrong(fmt.Errorf("%s is not above zero", words[0]))
	}
	of := Amount{Price: &price, PriceUnit: 1, Currency: words[1]}
	if len(words) == 5 {
		if of.PriceUnit, err = strconv.ParseInt(words[3], 10, 64); err != nil || of.PriceUnit < 1 {
			return wrong(fmt.Errorf("%s is no positive whole number", words[3]))
		}
	}
	if len(words) > 2 {
		of.UOM = words[len(words)-1]
	}
	return of, nil
}

// OverridePayload says how much of a reason is let go, or what is billed for it; empty for neither.
func OverridePayload(of Amount) (string, error) {
	said := struct {
		Quantity  *schemas.Quantity `json:"quantity,omitempty"`
		Price     *schemas.Price    `json:"price,omitempty"`
		PriceUnit int64             `json:"price_unit,omitempty"`
		UOM       string            `json:"uom,omitempty"`
		Currency  string            `json:"currency,omitempty"`
	}{of.Quantity, of.Price, of.PriceUnit, of.UOM, of.Currency}
	if of.Quantity == nil && of.Price == nil {
		return "", nil
	}
	return payload(said)
}
