package schemas

import (
	"errors"
	"fmt"
	"slices"

	"github.com/twmb/avro"
)

// Problem is one reason why what a writer's schema wrote cannot be read with a reader's.
type Problem struct {
	Field string // dotted path in the reader's schema, [] for a list's items; empty for the whole
	Text  string
}

// Error names field and reason.
func (p Problem) Error() string {
	if p.Field == "" {
		return p.Text
	}
	return p.Field + ": " + p.Text
}

// Compare lists every reason why values of the writer's schema cannot be read with the reader's; none when they can.
// It asks more than Avro does: a field's unit (decimal places, date, kind of timestamp) must be the same on both sides,
// for Avro would read milliseconds as microseconds and never say so.
func Compare(writerJSON, readerJSON string) []string {
	writer, err := avro.Parse(writerJSON)
	if err != nil {
		return []string{fmt.Sprintf("the writer's schema is no Avro schema: %v", err)}
	}
	reader, err := avro.Parse(readerJSON)
	if err != nil {
		return []string{fmt.Sprintf("the reader's schema is no Avro schema: %v", err)}
	}
	var texts []string
	for _, problem := range compare(writer, reader) {
		texts = append(texts, problem.Error())
	}
	return texts
}

func compare(writer, reader *avro.Schema) []Problem {
	comparison := comparison{seen: map[[2]string]bool{}}
	comparison.nodes("", writer.Root().ExpandReferences(), reader.Root().ExpandReferences())
	if err := avro.CheckCompatibility(writer, reader); err != nil && len(comparison.problems) == 0 {
		comparison.refuse(err)
	}
	return comparison.problems
}

type comparison struct {
	problems []Problem
	seen     map[[2]string]bool // records under comparison, for recursive schemas
}

func (c *comparison) problem(path, format string, args ...any) {
	c.problems = append(c.problems, Problem{path, fmt.Sprintf(format, args...)})
}

func (c *comparison) refuse(err error) {
	var incompatible *avro.CompatibilityError
	if errors.As(err, &incompatible) {
		c.problem(incompatible.Path, "%s (reader %s, writer %s)", incompatible.Detail, incompatible.ReaderType, incompatible.WriterType)
		return
	}
	c.problem("", "%v", err)
}

func (c *comparison) nodes(path string, writer, reader *avro.SchemaNode) {
	writer, reader, ok := c.unwrap(path, writer, reader)
	if !ok {
		return
	}
	switch {
	case writer.Type == "record" && reader.Type == "record":
		c.records(path, writer, reader)
	case writer.Type == "array" && reader.Type == "array":
		c.nodes(path+"[]", writer.Items, reader.Items)
	case writer.Type == "map" && reader.Type == "map":
		c.nodes(path+"{}", writer.Values, reader.Values)
	default:
		c.leaves(path, writer, reader)
	}
}

// unwrap takes "may be null" off both sides, so that what is inside can be compared by field.
func (c *comparison) unwrap(path string, writer, reader *avro.SchemaNode) (w, r *avro.SchemaNode, ok bool) {
	innerReader, readerNullable := nullable(reader)
	innerWriter, writerNullable := nullable(writer)
	switch {
	case writerNullable && !readerNullable && reader.Type != "union":
		c.problem(path, "the writer may write null, the reader takes none")
		return nil, nil, false
	case readerNullable && writer.Type != "union":
		return writer, innerReader, true
	case readerNullable && writerNullable:
		return innerWriter, innerReader, true
	}
	return writer, reader, true
}

func (c *comparison) records(path string, writer, reader *avro.SchemaNode) {
	pair := [2]string{fullName(writer), fullName(reader)}
	if c.seen[pair] {
		return
	}
	c.seen[pair] = true
	defer delete(c.seen, pair)
	if !sameName(writer, reader) {
		c.problem(path, "the writer's record is named %s, the reader's %s: give the reader an alias", pair[0], pair[1])
	}
	for i := range reader.Fields {
		field := &reader.Fields[i]
		at := join(path, field.Name)
		written := fieldOf(writer, field)
		switch {
		case written == nil && !field.HasDefault:
			c.problem(at, "the writer has no such field and the reader no default for it")
		case written != nil:
			c.nodes(at, &written.Type, &field.Type)
		}
	}
}

func (c *comparison) leaves(path string, writer, reader *avro.SchemaNode) {
	if unit := unitOf(reader); unit != "" && unit != unitOf(writer) {
		c.problem(path, "the writer writes %s, the reader takes %s", typeWords(writer), typeWords(reader))
		return
	}
	if writer.Type == "enum" && reader.Type == "enum" && sameName(writer, reader) && !reader.HasEnumDefault {
		for _, symbol := range writer.Symbols {
			if !slices.Contains(reader.Symbols, symbol) {
				c.problem(path, "the reader does not know the symbol %s and has no default", symbol)
			}
		}
		return
	}
	writerSchema, err := writer.Schema()
	if err == nil {
		var readerSchema *avro.Schema
		if readerSchema, err = reader.Schema(); err == nil {
			err = avro.CheckCompatibility(writerSchema, readerSchema)
		}
	}
	var incompatible *avro.CompatibilityError
	switch {
	case errors.As(err, &incompatible):
		c.problem(path, "the writer writes %s, the reader takes %s", typeWords(writer), typeWords(reader))
	case err != nil:
		c.problem(path, "%v", err)
	}
}

// unitOf is the logical type of a node where it says what a number means; empty where it says nothing.
func unitOf(node *avro.SchemaNode) string {
	switch node.LogicalType {
	case "decimal":
		return fmt.Sprintf("decimal(%d,%d)", node.Precision, node.Scale)
	case "date", "time-millis", "time-micros", "timestamp-millis", "timestamp-micros", "timestamp-nanos",
		"local-timestamp-millis", "local-timestamp-micros", "local-timestamp-nanos":
		return node.LogicalType
	}
	return ""
}

// nullable returns T of the unions ["null", T] and [T, "null"].
func nullable(node *avro.SchemaNode) (*avro.SchemaNode, bool) {
	if node.Type == "union" && len(node.Branches) == 2 {
		for i := range node.Branches {
			if node.Branches[i].Type == "null" {
				return &node.Branches[1-i], true
			}
		}
	}
	return node, false
}

func sameName(writer, reader *avro.SchemaNode) bool {
	return writer.Name == reader.Name || slices.Contains(reader.Aliases, writer.Name) || slices.Contains(reader.Aliases, fullName(writer))
}

// fieldOf finds the writer's field that a reader's field reads: by name, else by the reader's aliases.
func fieldOf(writer *avro.SchemaNode, reader *avro.SchemaField) *avro.SchemaField {
	for _, name := range append([]string{reader.Name}, reader.Aliases...) {
		for i := range writer.Fields {
			if writer.Fields[i].Name == name {
				return &writer.Fields[i]
			}
		}
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
