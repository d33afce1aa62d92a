package schemas

import (
	"strings"

	"github.com/twmb/avro"
)

// definitions returns a schema's tree, in which each reference to a named type bears the type's full name, and the types
// by their full names.
func definitions(schema *avro.Schema) (*avro.SchemaNode, map[string]*avro.SchemaNode) {
	root := schema.Root()
	names := map[string]*avro.SchemaNode{}
	eachDefinition(root, func(node *avro.SchemaNode, _ string) {
		if isNamed(node) {
			names[fullName(node)] = node
		}
	}, "")
	eachDefinition(root, func(node *avro.SchemaNode, namespace string) {
		if isNamed(node) || strings.Contains(node.Type, ".") {
			return
		}
		if full := qualified(namespace, node.Type); names[full] != nil {
			node.Type = full
		}
	}, "")
	return root, names
}

func eachDefinition(node *avro.SchemaNode, visit func(node *avro.SchemaNode, namespace string), namespace string) {
	visit(node, namespace)
	if isNamed(node) {
		namespace = node.Namespace
	}
	for i := range node.Fields {
		eachDefinition(&node.Fields[i].Type, visit, namespace)
	}
	for i := range node.Branches {
		eachDefinition(&node.Branches[i], visit, namespace)
	}
	if node.Items != nil {
		eachDefinition(node.Items, visit, namespace)
	}
	if node.Values != nil {
		eachDefinition(node.Values, visit, namespace)
	}
}

func isNamed(node *avro.SchemaNode) bool {
	switch node.Type {
	case "record", "error", "enum", "fixed":
		return true
	}
	return false
}

func fullName(node *avro.SchemaNode) string { return qualified(node.Namespace, node.Name) }

func qualified(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "." + name
}
