package schemas

import (
	"fmt"
	"reflect"
	"time"

	"github.com/twmb/avro"
)

// goTypes are the Go types that stand for one Avro type; text, numbers and records follow from their kind.
var goTypes = map[reflect.Type]string{
	reflect.TypeFor[Quantity]():  "decimal(18,6)",
	reflect.TypeFor[Price]():     "decimal(18,6)",
	reflect.TypeFor[Amount]():    "decimal(18,4)",
	reflect.TypeFor[Percent]():   "decimal(9,4)",
	reflect.TypeFor[Date]():      "date",
	reflect.TypeFor[time.Time](): "timestamp-micros",
	reflect.TypeFor[string]():    "string",
	reflect.TypeFor[bool]():      "boolean",
	reflect.TypeFor[int32]():     "int",
	reflect.TypeFor[int64]():     "long",
}

// conform lists where a Go type is not what a schema says: another field, order, type, name or nullability.
func conform(path string, node *avro.SchemaNode, t reflect.Type) []string {
	mismatch := func(wanted string) []string {
		return []string{fmt.Sprintf("%s: Go has %s, the contract %s", path, wanted, typeWords(node))}
	}
	if inner, mayBeNull := nullable(node); mayBeNull != (t.Kind() == reflect.Pointer) {
		return mismatch(t.String())
	} else if mayBeNull {
		return conform(path, inner, t.Elem())
	}
	if words, known := goTypes[t]; known {
		if words != typeWords(node) {
			return mismatch(words)
		}
		return nil
	}
	switch t.Kind() {
	case reflect.Slice:
		if node.Type != "array" {
			return mismatch("a list")
		}
		return conform(path+"[]", node.Items, t.Elem())
	case reflect.String:
		if words := "enum " + t.Name(); words != typeWords(node) {
			return mismatch(words)
		}
		return nil
	case reflect.Struct:
		if words := "record " + t.Name(); words != typeWords(node) {
			return mismatch(words)
		}
		return conformFields(path, node, t)
	}
	return mismatch(t.String())
}

func conformFields(path string, node *avro.SchemaNode, t reflect.Type) []string {
	if t.NumField() != len(node.Fields) {
		return []string{fmt.Sprintf("%s: Go has %d fields, the contract %d", path, t.NumField(), len(node.Fields))}
	}
	var problems []string
	for i := range node.Fields {
		field := &node.Fields[i]
		at := join(path, field.Name)
		if name := t.Field(i).Tag.Get("avro"); name != field.Name {
			problems = append(problems, fmt.Sprintf("%s: field %d is %s in Go", at, i, name))
			continue
		}
		problems = append(problems, conform(at, &field.Type, t.Field(i).Type)...)
	}
	return problems
}
