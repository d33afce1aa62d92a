package schemas

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/twmb/avro"
)

// Diff says in words what a newer schema has changed, one line a field, in the order of the fields. Texts of
// documentation do not count. It fails when one of them is no Avro schema.
func Diff(olderJSON, newerJSON string) ([]string, error) {
	older, err := avro.Parse(olderJSON)
	if err != nil {
		return nil, fmt.Errorf("older schema: %w", err)
	}
	newer, err := avro.Parse(newerJSON)
	if err != nil {
		return nil, fmt.Errorf("newer schema: %w", err)
	}
	d := difference{seen: map[string]bool{}}
	d.nodes("", older.Root().ExpandReferences(), newer.Root().ExpandReferences())
	return d.lines, nil
}

type difference struct {
	lines []string
	seen  map[string]bool
}

func (d *difference) line(path, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if path != "" {
		text = path + " " + text
	}
	d.lines = append(d.lines, text)
}

func (d *difference) nodes(path string, older, newer *avro.SchemaNode) {
	innerOlder, olderNullable := nullable(older)
	innerNewer, newerNullable := nullable(newer)
	if olderNullable == newerNullable {
		older, newer = innerOlder, innerNewer
	} else if innerOlder.Type == innerNewer.Type {
		d.line(path, "%s", map[bool]string{true: "may be null now", false: "may not be null any more"}[newerNullable])
		older, newer = innerOlder, innerNewer
	}
	switch {
	case older.Type == "record" && newer.Type == "record":
		d.records(path, older, newer)
	case older.Type == "array" && newer.Type == "array":
		d.nodes(path+"[]", older.Items, newer.Items)
	case older.Type == "map" && newer.Type == "map":
		d.nodes(path+"{}", older.Values, newer.Values)
	case older.Type == "enum" && newer.Type == "enum":
		d.enums(path, older, newer)
	case typeWords(older) != typeWords(newer):
		d.line(path, "changes from %s to %s", typeWords(older), typeWords(newer))
	}
}

func (d *difference) records(path string, older, newer *avro.SchemaNode) {
	if fullName(older) != fullName(newer) {
		d.line(path, "changes its record's name from %s to %s", fullName(older), fullName(newer))
	}
	if d.seen[fullName(newer)] {
		return
	}
	d.seen[fullName(newer)] = true
	defer delete(d.seen, fullName(newer))
	kept := map[string]bool{}
	for i := range newer.Fields {
		field := &newer.Fields[i]
		at := join(path, field.Name)
		before := fieldOf(older, field)
		if before == nil {
			d.line(at, "is new: %s%s", typeWords(&field.Type), defaultWords(field))
			continue
		}
		kept[before.Name] = true
		if before.Name != field.Name {
			d.line(at, "was named %s", before.Name)
		}
		d.nodes(at, &before.Type, &field.Type)
		if before.HasDefault != field.HasDefault || !reflect.DeepEqual(before.Default, field.Default) {
			d.line(at, "changes its default from%s to%s", orNone(defaultWords(before)), orNone(defaultWords(field)))
		}
	}
	for i := range older.Fields {
		if field := &older.Fields[i]; !kept[field.Name] {
			d.line(join(path, field.Name), "is gone: it was %s", typeWords(&field.Type))
		}
	}
}

func (d *difference) enums(path string, older, newer *avro.SchemaNode) {
	for _, symbol := range newer.Symbols {
		if !slices.Contains(older.Symbols, symbol) {
			d.line(path, "gets the symbol %s", symbol)
		}
	}
	for _, symbol := range older.Symbols {
		if !slices.Contains(newer.Symbols, symbol) {
			d.line(path, "loses the symbol %s", symbol)
		}
	}
	if older.EnumDefault != newer.EnumDefault {
		d.line(path, "changes the symbol that stands for unknown ones from %q to %q", older.EnumDefault, newer.EnumDefault)
	}
}

// typeWords names a type for people.
func typeWords(node *avro.SchemaNode) string {
	if inner, isNullable := nullable(node); isNullable {
		return typeWords(inner) + " or null"
	}
	if unit := unitOf(node); unit != "" {
		return unit
	}
	switch node.Type {
	case "record", "enum":
		return node.Type + " " + node.Name
	case "fixed":
		return fmt.Sprintf("fixed(%d) %s", node.Size, node.Name)
	case "array":
		return "list of " + typeWords(node.Items)
	case "map":
		return "map of " + typeWords(node.Values)
	case "union":
		var branches []string
		for i := range node.Branches {
			branches = append(branches, typeWords(&node.Branches[i]))
		}
		return "one of " + strings.Join(branches, ", ")
	}
	if node.LogicalType != "" {
		return node.Type + " (" + node.LogicalType + ")"
	}
	return node.Type
}

func defaultWords(field *avro.SchemaField) string {
	if !field.HasDefault {
		return ""
	}
	value := field.Default
	if unscaled, isBytes := value.([]byte); isBytes && narrowDecimal(&field.Type) {
		f := decimalForm(field.Type.Precision, field.Type.Scale)
		if units, err := f.unscaled(unscaled); err == nil {
			value = json.Number(f.text(units))
		}
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf(" default %v", value)
	}
	return " default " + string(text)
}

func orNone(words string) string {
	if words == "" {
		return " none"
	}
	return strings.TrimPrefix(words, " default")
}
