package schemas

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"time"

	"github.com/twmb/avro"
)

// JSON shows a value of the wire format to people, by its writer's schema: fields in the schema's order, decimals as
// strings without needless zeros, timestamps in RFC 3339 and UTC, dates as YYYY-MM-DD, times of
// day as numbers of their unit, bytes in base64, and what may be
// null as the bare value. EncodeJSON reads it back. Errors are those of Codec.Decode.
func JSON(ctx context.Context, registry Registry, value []byte) (json.RawMessage, error) {
	id, body, writer, err := writerOfValue(ctx, registry, value)
	if err != nil {
		return nil, err
	}
	decoded, failure := writer.decode(body, id)
	if failure != nil {
		return nil, failure
	}
	return writer.show(nil, writer.root, decoded), nil
}

// EncodeJSON writes people's JSON in the wire format: by the given schema, or by the topic's contract when schemaJSON is
// empty; the schema is one that is registered under the topic's subject. A missing field takes its default, a field that
// the schema does not have is an error. Decimals are read digit by digit from strings or numbers. What is wrong with the
// value is a Problem, which names the field.
func EncodeJSON(ctx context.Context, registry Registry, topic, schemaJSON string, value json.RawMessage) ([]byte, error) {
	if schemaJSON == "" {
		contract, ok := Contract(topic)
		if !ok {
			return nil, fmt.Errorf("topic %s has no contract: name a schema", topic)
		}
		schemaJSON = contract
	}
	writer, err := writerOf(schemaJSON)
	if err != nil {
		return nil, fmt.Errorf("schema for %s: %w", topic, err)
	}
	given, err := parseJSON(value)
	if err != nil {
		return nil, Problem{"", err.Error()}
	}
	fitted, err := fitting{writer: writer}.fit("", writer.root, given)
	if err != nil {
		return nil, err
	}
	id, err := registry.ID(ctx, Subject(topic), schemaJSON)
	if err != nil {
		return nil, fmt.Errorf("writing %s: %w", topic, err)
	}
	encoded, err := writer.schema.AppendEncode(appendWireHeader(nil, id), fitted)
	if err != nil {
		return nil, fmt.Errorf("writing %s: %w", topic, err)
	}
	return encoded, nil
}

// show appends the JSON of a value that the writer's schema decoded.
func (w *writer) show(dst []byte, node *avro.SchemaNode, value any) []byte {
	node = w.definition(node)
	if value == nil {
		return append(dst, "null"...)
	}
	switch v := value.(type) {
	case map[string]any:
		if node.Type == "union" {
			node = w.branch(node, func(branch *avro.SchemaNode) bool { return w.holds(branch, v) })
		}
		if node.Type == "map" {
			return w.showMap(dst, node, v)
		}
		return w.showRecord(dst, node, v)
	case []any:
		items := w.branch(node, func(branch *avro.SchemaNode) bool { return branch.Type == "array" }).Items
		dst = append(dst, '[')
		for i, item := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = w.show(dst, items, item)
		}
		return append(dst, ']')
	case time.Time:
		leaf := w.branch(node, func(branch *avro.SchemaNode) bool { return unitOf(branch) != "" && branch.LogicalType != "decimal" })
		if leaf.LogicalType == "date" {
			return v.AppendFormat(append(dst, '"'), time.DateOnly+`"`)
		}
		return v.AppendFormat(append(dst, '"'), time.RFC3339Nano+`"`)
	case time.Duration:
		leaf := w.branch(node, func(branch *avro.SchemaNode) bool { return unitOf(branch) != "" })
		if leaf.LogicalType == "time-millis" {
			return strconv.AppendInt(dst, v.Milliseconds(), 10)
		}
		return strconv.AppendInt(dst, v.Microseconds(), 10)
	}
	return showLeaf(dst, value)
}

func showLeaf(dst []byte, value any) []byte {
	switch v := value.(type) {
	case []byte:
		return strconv.AppendQuote(dst, base64.StdEncoding.EncodeToString(v))
	case float32:
		return showFloat(dst, float64(v), 32)
	case float64:
		return showFloat(dst, v, 64)
	case *big.Rat:
		digits, _ := v.FloatPrec() // exact: Avro's decimals end
		return strconv.AppendQuote(dst, v.FloatString(digits))
	case [16]byte:
		return strconv.AppendQuote(dst, base64.StdEncoding.EncodeToString(v[:]))
	case avro.Duration:
		content := v.Bytes()
		return strconv.AppendQuote(dst, base64.StdEncoding.EncodeToString(content[:]))
	}
	text, err := json.Marshal(value)
	if err != nil { // the Avro library's value for a logical type that no contract of ours has
		return strconv.AppendQuote(dst, fmt.Sprint(value))
	}
	return append(dst, text...)
}

func showFloat(dst []byte, float float64, bits int) []byte {
	if math.IsNaN(float) || math.IsInf(float, 0) {
		return strconv.AppendQuote(dst, strconv.FormatFloat(float, 'g', -1, bits))
	}
	return strconv.AppendFloat(dst, float, 'g', -1, bits)
}

func (w *writer) showRecord(dst []byte, node *avro.SchemaNode, fields map[string]any) []byte {
	dst = append(dst, '{')
	for i := range node.Fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(strconv.AppendQuote(dst, node.Fields[i].Name), ':') // Avro names need no JSON escapes
		dst = w.show(dst, &node.Fields[i].Type, fields[node.Fields[i].Name])
	}
	return append(dst, '}')
}

func (w *writer) showMap(dst []byte, node *avro.SchemaNode, entries map[string]any) []byte {
	dst = append(dst, '{')
	for i, key := range sortedKeys(entries) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(showLeaf(dst, key), ':')
		dst = w.show(dst, node.Values, entries[key])
	}
	return append(dst, '}')
}

// branch returns the branch of a union that a value came from, as far as its Go type tells; a node that is no union
// itself.
func (w *writer) branch(node *avro.SchemaNode, fits func(*avro.SchemaNode) bool) *avro.SchemaNode {
	if node.Type != "union" {
		return node
	}
	for i := range node.Branches {
		if branch := w.definition(&node.Branches[i]); fits(branch) {
			return branch
		}
	}
	return node
}

func (w *writer) holds(branch *avro.SchemaNode, fields map[string]any) bool {
	if branch.Type == "map" {
		return true
	}
	if branch.Type != "record" || len(branch.Fields) != len(fields) {
		return false
	}
	for i := range branch.Fields {
		if _, present := fields[branch.Fields[i].Name]; !present {
			return false
		}
	}
	return true
}
