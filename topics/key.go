package topics

import (
	"bytes"
	"encoding/json"
	"strings"
)

// PriceKey is the key of a price in o2c.prices, so that an item's prices stand side by side. Only a slash in an item's id is
// written as another character, and what writes it so: two prices never share a key.
func PriceKey(itemID, priceID string) string { return PricesOf(itemID) + priceID }

// PricesOf is what the keys of an item's prices begin with, and those of no other item.
func PricesOf(itemID string) string { return slashless.Replace(itemID) + "/" }

var slashless = strings.NewReplacer("%", "%25", "/", "%2F")

// KeyOf composes the record key from a value in people's JSON. It fails when the value has no key: a field of it is
// missing or empty, or the topic's records have keys of their own.
func (e Entry) KeyOf(value json.RawMessage) (string, bool) {
	var fields map[string]any
	decoder := json.NewDecoder(bytes.NewReader(value))
	decoder.UseNumber() // a number in a key is its digits as they were written
	if err := decoder.Decode(&fields); err != nil {
		return "", false
	}
	return e.Key.Compose(func(path string) (string, bool) {
		var at any = fields
		for name := range strings.SplitSeq(path, ".") {
			object, ok := at.(map[string]any)
			if !ok {
				return "", false
			}
			at = object[name]
		}
		switch value := at.(type) {
		case string:
			return value, true
		case json.Number:
			return value.String(), true
		}
		return "", false
	})
}
