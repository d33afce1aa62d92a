package schemas

import (
	"reflect"
	"testing"
	"time"

	"github.com/twmb/avro"
)

func TestRowsWithDecimalsDatesAndInstantsKeepTheirValues(t *testing.T) {
	type inner struct {
		Q []Quantity `avro:"q"`
	}
	type row struct {
		Quantity Quantity         `avro:"quantity"`
		Price    *Price           `avro:"price"`
		Amount   Amount           `avro:"amount"`
		Percent  Percent          `avro:"percent"`
		Day      Date             `avro:"day"`
		Days     []Date           `avro:"days"`
		At       time.Time        `avro:"at"`
		Later    *time.Time       `avro:"later"`
		Status   OrderStatus      `avro:"status"`
		Map      map[string]Price `avro:"map"`
		Inner    inner            `avro:"inner"`
	}
	var opts []avro.SchemaOpt
	for _, custom := range CustomTypes() {
		opts = append(opts, custom)
	}
	schema, err := avro.SchemaFor[row](opts...)
	if err != nil {
		t.Fatal(err)
	}
	price := MustPrice("12.5")
	at := time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC)
	want := row{Quantity: MustQuantity("4"), Price: &price, Amount: MustAmount("-3.25"), Percent: MustPercent("2.5"), Day: MustDate("2026-01-02"), Days: []Date{1, -2},
		At: at, Later: &at, Status: OrderPlaced, Map: map[string]Price{"a": 5}, Inner: inner{Q: []Quantity{1, -9}}}
	encoded, err := schema.Encode(&want)
	if err != nil {
		t.Fatal(err)
	}
	var got row
	if _, err := schema.Decode(encoded, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
