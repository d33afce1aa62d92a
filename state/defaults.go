package state

import (
	"fmt"
	"strings"

	"github.com/twmb/avro"
)

// withDefaults returns the schema with a default for every field that has none, the value that a new V has there, so
// that a field which a row type gains reads as zero from rows written before.
func withDefaults(schema *avro.Schema, options []avro.SchemaOpt) (*avro.Schema, error) {
	root := schema.Root()
	records := map[string]*avro.SchemaNode{}
	collectRecords(root, records)
	for _, record := range records {
		for i := range record.Fields {
			field := &record.Fields[i]
			if field.HasDefault {
				continue
			}
			value, err := zeroValue(&field.Type, records)
			if err != nil {
				return nil, fmt.Errorf("field %s of %s: %w", field.Name, record.Name, err)
			}
			field.Default, field.HasDefault = value, true
		}
	}
	return root.Schema(options...)
}

// collectRecords finds the definitions of the records under a node, by full name.
func collectRecords(node *avro.SchemaNode, records map[string]*avro.SchemaNode) {
	if node == nil {
		return
	}
	if node.Type == "record" {
		records[fullName(node)] = node
	}
	for i := range node.Fields {
		collectRecords(&node.Fields[i].Type, records)
	}
	for i := range node.Branches {
		collectRecords(&node.Branches[i], records)
	}
	collectRecords(node.Items, records)
	collectRecords(node.Values, records)
}

func fullName(node *avro.SchemaNode) string {
	if node.Namespace == "" {
		return node.Name
	}
	return node.Namespace + "." + node.Name
}

// zeroTime is the instant of a Go time.Time that was never set, in seconds since 1970.
const zeroTime = -62135596800

// zeroValue is the default that decodes as Go's zero value.
func zeroValue(node *avro.SchemaNode, records map[string]*avro.SchemaNode) (any, error) {
	switch node.Type {
	case "null":
		return nil, nil
	case "boolean":
		return false, nil
	case "int":
		return int32(0), nil
	case "long":
		switch node.LogicalType {
		case "timestamp-millis", "local-timestamp-millis":
			return int64(zeroTime * 1e3), nil
		case "timestamp-micros", "local-timestamp-micros":
			return int64(zeroTime * 1e6), nil
		}
		return int64(0), nil // nanoseconds do not reach back to the zero time: 1970
	case "float":
		return float32(0), nil
	case "double":
		return float64(0), nil
	case "string":
		return "", nil
	case "bytes":
		if node.LogicalType == "decimal" {
			return []byte{0}, nil // a number has a byte at least
		}
		return []byte{}, nil
	case "fixed":
		return make([]byte, node.Size), nil
	case "array":
		return []any{}, nil
	case "map":
		return map[string]any{}, nil
	case "union":
		return zeroValue(&node.Branches[0], records)
	case "enum":
		return node.Symbols[0], nil
	}
	record := node
	if node.Type != "record" {
		record = records[strings.TrimPrefix(node.Type, ".")]
	}
	if record == nil {
		return nil, fmt.Errorf("no zero value for type %s", node.Type)
	}
	value := map[string]any{}
	for i := range record.Fields {
		inner, err := zeroValue(&record.Fields[i].Type, records)
		if err != nil {
			return nil, err
		}
		value[record.Fields[i].Name] = inner
	}
	return value, nil
}
