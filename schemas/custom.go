package schemas

import (
	"reflect"
	"time"

	"github.com/twmb/avro"
)

// CustomTypes lets avro.SchemaFor infer the schema of Go rows that hold decimals, dates and instants. Rows are ours
// alone, so a decimal is a long of its smallest units: compact, and native to the codec.
func CustomTypes() []avro.CustomType {
	return []avro.CustomType{
		rowType[Quantity]("long", ""),
		rowType[Price]("long", ""),
		rowType[Amount]("long", ""),
		rowType[Percent]("long", ""),
		rowType[Date]("int", ""),
		rowType[time.Time]("long", "timestamp-micros"),
	}
}

// rowType gives a Go type its schema and leaves reading and writing to the codec: the logical type that it asks for
// is of no schema, so no node matches.
func rowType[T any](avroType, logicalType string) avro.CustomType {
	return avro.CustomType{
		GoType: reflect.TypeFor[T](), LogicalType: "waybill-row", AvroType: avroType,
		Schema: &avro.SchemaNode{Type: avroType, LogicalType: logicalType},
	}
}
