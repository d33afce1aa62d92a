package schemas

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/avro"
)

// fitting makes a tree of plain values into what the Avro library writes by a schema, or says by field why it cannot.
// The values are people's JSON, or an event read with another schema. Nothing is rounded; instants lose what is finer
// than their type.
type fitting struct {
	writer  *writer
	lenient bool // an event: unknown fields are dropped and unknown symbols become the enumeration's default
}

func (f fitting) fit(path string, node *avro.SchemaNode, value any) (any, error) {
	node = f.writer.definition(node)
	if value == nil && node.Type != "null" && node.Type != "union" {
		return nil, Problem{path, "may not be null"}
	}
	switch node.Type {
	case "union":
		return f.union(path, node, value)
	case "record", "error":
		return f.record(path, node, value)
	case "array":
		list, ok := value.([]any)
		if !ok {
			return nil, wrongType(path, "a list", value)
		}
		items := make([]any, len(list))
		for i, item := range list {
			var err error
			if items[i], err = f.fit(path+"["+strconv.Itoa(i)+"]", node.Items, item); err != nil {
				return nil, err
			}
		}
		return items, nil
	case "map":
		entries, ok := value.(map[string]any)
		if !ok {
			return nil, wrongType(path, "an object", value)
		}
		fitted := make(map[string]any, len(entries))
		for _, key := range sortedKeys(entries) {
			var err error
			if fitted[key], err = f.fit(path+"["+strconv.Quote(key)+"]", node.Values, entries[key]); err != nil {
				return nil, err
			}
		}
		return fitted, nil
	}
	fitted, err := f.leaf(node, value)
	if err != nil {
		return nil, Problem{path, err.Error()}
	}
	return fitted, nil
}

// record fits field by field. A missing field takes its default, else null where it may be.
func (f fitting) record(path string, node *avro.SchemaNode, value any) (any, error) {
	given, ok := value.(map[string]any)
	if !ok {
		return nil, wrongType(path, "an object", value)
	}
	fitted := make(map[string]any, len(node.Fields))
	known := make(map[string]bool, len(node.Fields))
	for i := range node.Fields {
		field := &node.Fields[i]
		name := field.Name
		if f.lenient {
			if _, present := given[name]; !present {
				if alias := slices.IndexFunc(field.Aliases, func(alias string) bool { _, named := given[alias]; return named }); alias >= 0 {
					name = field.Aliases[alias]
				}
			}
		}
		known[name] = true
		inner, present := given[name]
		if !present {
			if _, mayBeNull := nullable(&field.Type); mayBeNull && !field.HasDefault {
				fitted[field.Name] = nil
			} else if !field.HasDefault {
				return nil, Problem{join(path, field.Name), "is missing"}
			}
			continue
		}
		var err error
		if fitted[field.Name], err = f.fit(join(path, field.Name), &field.Type, inner); err != nil {
			return nil, err
		}
	}
	if !f.lenient {
		for _, name := range sortedKeys(given) {
			if !known[name] {
				if name == "" {
					name = `""`
				}
				return nil, Problem{join(path, shorten(name)), "is unknown: " + node.Name + " has " + fieldNames(node)}
			}
		}
	}
	return fitted, nil
}

func fieldNames(node *avro.SchemaNode) string {
	var names []string
	for i := range node.Fields {
		names = append(names, node.Fields[i].Name)
	}
	return strings.Join(names, ", ")
}

func (f fitting) union(path string, node *avro.SchemaNode, value any) (any, error) {
	var failure error
	var tried []string
	for i := range node.Branches {
		branch := &node.Branches[i]
		if (branch.Type == "null") != (value == nil) {
			continue
		}
		fitted, err := f.fit(path, branch, value)
		if err == nil {
			return fitted, nil
		}
		failure = err
		tried = append(tried, typeWords(branch))
	}
	switch {
	case value == nil:
		return nil, Problem{path, "may not be null"}
	case len(tried) == 1:
		return nil, failure
	}
	return nil, Problem{path, "is none of " + strings.Join(tried, ", ")}
}

// leaf fits what has no fields or items.
func (f fitting) leaf(node *avro.SchemaNode, value any) (any, error) {
	switch unit := strings.TrimPrefix(node.LogicalType, "local-"); unit {
	case "decimal":
		return fitDecimal(node, value)
	case "date":
		return fitDate(value)
	case "timestamp-millis", "timestamp-micros", "timestamp-nanos":
		return fitInstant(unit, value)
	}
	switch node.Type {
	case "null":
		if value == nil {
			return nil, nil
		}
	case "boolean":
		if truth, ok := value.(bool); ok {
			return truth, nil
		}
	case "int":
		n, err := wholeNumber(value, 32)
		return int32(n), err
	case "long":
		return wholeNumber(value, 64)
	case "float", "double":
		return fitFloat(value)
	case "string":
		if text, ok := value.(string); ok {
			return text, nil
		}
	case "enum":
		return f.symbol(node, value)
	case "bytes":
		return fitBytes(value)
	case "fixed":
		content, err := fitBytes(value)
		if err == nil && len(content) != node.Size {
			return nil, fmt.Errorf("has %d bytes where %s has %d", len(content), node.Name, node.Size)
		}
		return content, err
	}
	return nil, fmt.Errorf("is %s, not %s", valueWords(value), typeWords(node))
}

func (f fitting) symbol(node *avro.SchemaNode, value any) (any, error) {
	symbol, ok := value.(string)
	switch {
	case !ok:
		return nil, fmt.Errorf("is %s, not one of %s", valueWords(value), strings.Join(node.Symbols, ", "))
	case slices.Contains(node.Symbols, symbol):
		return symbol, nil
	case f.lenient && node.HasEnumDefault:
		return node.EnumDefault, nil
	}
	return nil, fmt.Errorf("is %q, not one of %s", shorten(symbol), strings.Join(node.Symbols, ", "))
}

func fitDecimal(node *avro.SchemaNode, value any) (*big.Rat, error) {
	rational, ok := value.(*big.Rat)
	switch number := value.(type) {
	case string:
		rational, ok = plainDecimal(number)
	case json.Number:
		rational, ok = plainDecimal(number.String())
	case int32:
		rational, ok = new(big.Rat).SetInt64(int64(number)), true
	case int64:
		rational, ok = new(big.Rat).SetInt64(number), true
	}
	if !ok {
		return nil, fmt.Errorf("is %s, not a decimal number such as \"12.50\"", valueWords(value))
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(node.Scale)), nil)
	units := new(big.Rat).Mul(rational, new(big.Rat).SetInt(scale))
	bound := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(node.Precision)), nil)
	if !units.IsInt() || units.Num().CmpAbs(bound) >= 0 {
		return nil, fmt.Errorf("is %s: %w: at most %d digits before the point and %d after", valueWords(value), ErrDecimalRange, node.Precision-node.Scale, node.Scale)
	}
	return rational, nil
}

const maxDecimalText = 128

// plainDecimal reads [-+]digits[.digits]. No exponents: a short text must not become a number of a million digits.
func plainDecimal(text string) (*big.Rat, bool) {
	if len(text) > maxDecimalText || strings.Trim(text, "+-.0123456789") != "" || strings.ContainsAny(text, "eE/") {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

func fitDate(value any) (time.Time, error) {
	switch day := value.(type) {
	case time.Time:
		return day, nil
	case string:
		parsed, err := ParseDate(day)
		if err != nil {
			return time.Time{}, fmt.Errorf("is %q, not a day of the calendar written YYYY-MM-DD", shorten(day))
		}
		return parsed.Time(), nil
	}
	return time.Time{}, fmt.Errorf("is %s, not a date written \"YYYY-MM-DD\"", valueWords(value))
}

func fitInstant(unit string, value any) (time.Time, error) {
	at, ok := value.(time.Time)
	if text, isText := value.(string); isText {
		parsed, err := time.Parse(time.RFC3339Nano, text)
		at, ok = parsed, err == nil
	}
	if !ok {
		return time.Time{}, fmt.Errorf("is %s, not an instant such as \"2026-03-04T05:06:07Z\" (RFC 3339)", valueWords(value))
	}
	finest := map[string]time.Duration{"timestamp-millis": time.Millisecond, "timestamp-micros": time.Microsecond}[unit]
	return at.UTC().Truncate(finest), nil
}

func wholeNumber(value any, bits int) (int64, error) {
	var text string
	switch number := value.(type) {
	case int32:
		text = strconv.FormatInt(int64(number), 10)
	case int64:
		text = strconv.FormatInt(number, 10)
	case json.Number:
		text = number.String()
	default:
		return 0, fmt.Errorf("is %s, not a whole number", valueWords(value))
	}
	n, err := strconv.ParseInt(text, 10, bits)
	if err != nil {
		return 0, fmt.Errorf("is %s, not a whole number of %d bits", shorten(text), bits)
	}
	return n, nil
}

func fitFloat(value any) (any, error) {
	switch number := value.(type) {
	case float32, float64:
		return number, nil
	case int32:
		return float64(number), nil
	case int64:
		return float64(number), nil
	case json.Number:
		if float, err := number.Float64(); err == nil {
			return float, nil
		}
	case string:
		if float, err := strconv.ParseFloat(number, 64); err == nil && (math.IsNaN(float) || math.IsInf(float, 0)) {
			return float, nil // which JSON cannot write as numbers
		}
	}
	return nil, fmt.Errorf("is %s, not a number", valueWords(value))
}

func fitBytes(value any) ([]byte, error) {
	switch content := value.(type) {
	case []byte:
		return content, nil
	case string:
		if decoded, err := base64.StdEncoding.DecodeString(content); err == nil {
			return decoded, nil
		}
	}
	return nil, fmt.Errorf("is %s, not bytes in base64", valueWords(value))
}

func wrongType(path, wanted string, value any) error {
	return Problem{path, "is " + valueWords(value) + ", not " + wanted}
}

// valueWords shows a value of people's JSON, or of an event, in an error.
func valueWords(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case string:
		return strconv.Quote(shorten(v))
	case json.Number:
		return shorten(v.String())
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	case *big.Rat:
		return shorten(v.RatString())
	case []byte:
		return fmt.Sprintf("%d bytes", len(v))
	}
	return shorten(fmt.Sprint(value))
}
