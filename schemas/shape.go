package schemas

import (
	"fmt"

	"github.com/twmb/avro"
)

// shape is a schema reduced to what a walk over its bytes needs. Shapes of recursive schemas are cyclic.
type shape struct {
	kind     shapeKind
	fields   []shapeField // of a record
	items    *shape       // of an array or map
	branches []*shape     // of a union
	size     int          // of a fixed; of an enum its number of symbols
	decimal  form         // of a decimal
	name     string
	least    int // bytes that any value of it has at least
}

type shapeField struct {
	name      string
	shape     *shape
	mayBeNull bool // a union whose first branch is null
}

type shapeKind uint8

const (
	shapeNull shapeKind = iota
	shapeBoolean
	shapeInt
	shapeLong
	shapeFloat
	shapeDouble
	shapeBytes
	shapeString
	shapeDecimal
	shapeFixed
	shapeEnum
	shapeArray
	shapeMap
	shapeUnion
	shapeRecord
)

var primitiveShapes = map[string]shape{
	"null":    {kind: shapeNull, name: "null"},
	"boolean": {kind: shapeBoolean, name: "boolean", least: 1},
	"int":     {kind: shapeInt, name: "int", least: 1},
	"long":    {kind: shapeLong, name: "long", least: 1},
	"float":   {kind: shapeFloat, name: "float", least: 4},
	"double":  {kind: shapeDouble, name: "double", least: 8},
	"bytes":   {kind: shapeBytes, name: "bytes", least: 1},
	"string":  {kind: shapeString, name: "string", least: 1},
}

// narrowDecimal says whether a node is a decimal that our decimal types can hold: its digits fit 64 bits.
func narrowDecimal(node *avro.SchemaNode) bool {
	return node.Type == "bytes" && node.LogicalType == "decimal" && node.Precision <= 18
}

// shapeOf reduces a schema.
func shapeOf(schema *avro.Schema) (*shape, error) {
	named := map[string]*shape{}
	tree, _ := definitions(schema)
	root, err := reduce(tree, named)
	if err != nil {
		return nil, err
	}
	// Named shapes may refer to themselves, so the least sizes grow from 0 to their fixed point, at most one round a name.
	for range len(named) + 1 {
		for _, s := range named {
			s.least = s.leastBytes(map[*shape]bool{})
		}
	}
	root.least = root.leastBytes(map[*shape]bool{})
	return root, nil
}

func reduce(node *avro.SchemaNode, named map[string]*shape) (*shape, error) {
	if primitive, ok := primitiveShapes[node.Type]; ok {
		if narrowDecimal(node) {
			primitive = shape{kind: shapeDecimal, name: "decimal", least: 1, decimal: decimalForm(node.Precision, node.Scale)}
		}
		return &primitive, nil
	}
	switch node.Type {
	case "record", "error":
		s := &shape{kind: shapeRecord, name: node.Name}
		named[fullName(node)] = s
		for i := range node.Fields {
			field, err := reduce(&node.Fields[i].Type, named)
			if err != nil {
				return nil, err
			}
			mayBeNull := field.kind == shapeUnion && len(field.branches) > 0 && field.branches[0].kind == shapeNull
			s.fields = append(s.fields, shapeField{node.Fields[i].Name, field, mayBeNull})
		}
		return s, nil
	case "enum":
		s := &shape{kind: shapeEnum, name: node.Name, size: len(node.Symbols), least: 1}
		named[fullName(node)] = s
		return s, nil
	case "fixed":
		s := &shape{kind: shapeFixed, name: node.Name, size: node.Size, least: node.Size}
		named[fullName(node)] = s
		return s, nil
	case "array", "map":
		kind, element := shapeArray, node.Items
		if node.Type == "map" {
			kind, element = shapeMap, node.Values
		}
		items, err := reduce(element, named)
		return &shape{kind: kind, name: node.Type, items: items, least: 1}, err
	case "union":
		s := &shape{kind: shapeUnion, name: "union", least: 1}
		for i := range node.Branches {
			branch, err := reduce(&node.Branches[i], named)
			if err != nil {
				return nil, err
			}
			s.branches = append(s.branches, branch)
		}
		return s, nil
	}
	if s, ok := named[node.Type]; ok {
		return s, nil
	}
	return nil, fmt.Errorf("schema names the type %s, which it does not define", shorten(node.Type))
}

func (s *shape) leastBytes(open map[*shape]bool) int {
	if s.kind != shapeRecord {
		return s.least
	}
	if open[s] {
		return s.least
	}
	open[s] = true
	defer delete(open, s)
	total := 0
	for _, field := range s.fields {
		total += field.shape.leastBytes(open)
		if total > maxValueBytes {
			return maxValueBytes
		}
	}
	return total
}

func decimalForm(precision, scale int) form {
	f := form{name: "decimal", precision: precision, scale: scale, bound: 1}
	for range precision {
		f.bound *= 10
	}
	return f
}

// narrowed is the schema with each decimal as a long of its smallest units and each date as an int of its days: what
// the Go types are. Its values have the bytes that shape.walk makes. Defaults stay for a reader only.
func narrowed(schema *avro.Schema, reader bool) (*avro.Schema, error) {
	root := schema.Root()
	narrowNode(root, reader)
	return root.Schema()
}

func narrowNode(node *avro.SchemaNode, reader bool) {
	switch {
	case narrowDecimal(node):
		*node = avro.SchemaNode{Type: "long"}
	case node.LogicalType == "date":
		*node = avro.SchemaNode{Type: "int"}
	}
	for i := range node.Fields {
		field := &node.Fields[i]
		if unscaled, isBytes := field.Default.([]byte); isBytes && narrowDecimal(&field.Type) {
			units, err := decimalForm(field.Type.Precision, field.Type.Scale).unscaled(unscaled)
			field.Default, field.HasDefault = units, err == nil
		}
		if !reader {
			field.Default, field.HasDefault = nil, false
		}
		narrowNode(&field.Type, reader)
	}
	for i := range node.Branches {
		narrowNode(&node.Branches[i], reader)
	}
	if node.Items != nil {
		narrowNode(node.Items, reader)
	}
	if node.Values != nil {
		narrowNode(node.Values, reader)
	}
}
