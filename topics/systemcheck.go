package topics

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"waybill/schemas"
)

func readSystem(where place, document systemDocument) System {
	system := System{ID: where.path[1], Kind: document.Kind, Owner: document.Owner, Description: document.Description}
	problem := func(field, format string, args ...any) {
		where.file.problem(at(where.path, field), format, args...)
	}
	if !legalID.MatchString(system.ID) {
		where.file.problem(where.path, "not an id: use a-z, 0-9, hyphens and underscores")
	}
	if !slices.Contains(systemKinds, system.Kind) {
		problem("kind", "%q is not one of %s", system.Kind, strings.Join(systemKinds, ", "))
	}
	if system.Owner == "" {
		problem("owner", "missing: name the team that owns exceptions about its events")
	}
	var err error
	if system.LagBound, err = ParseDuration(document.LagBound); err != nil {
		problem("lag_bound", "%v", err)
	} else if system.LagBound == 0 {
		problem("lag_bound", "must be more than nothing: every event arrives after it happened")
	}
	return system
}

var (
	fingerprint = regexp.MustCompile(`^[0-9a-f]{16}$`)
	fieldPath   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\[\])?(\.[A-Za-z_][A-Za-z0-9_]*(\[\])?)*$`)
	fieldName   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

func readRepair(where place, document repairDocument) schemas.Repair {
	repair := schemas.Repair{
		RepairID: document.RepairID, Topic: document.Topic, Writer: document.Writer, Why: document.Why,
		Steps: make([]schemas.RepairStep, 0, len(document.Steps)),
	}
	problem := func(field, format string, args ...any) {
		where.file.problem(at(where.path, field), format, args...)
	}
	if !legalID.MatchString(repair.RepairID) {
		problem("repair_id", "%q is not a name: use a-z, 0-9, dots and hyphens", repair.RepairID)
	}
	if !fingerprint.MatchString(repair.Writer) {
		problem("writer", "%q is not a schema's fingerprint: 16 digits of 0-9 and a-f, in quotation marks, as the exception names it", repair.Writer)
	}
	if repair.Why == "" {
		problem("why", "missing: say what the source changed")
	}
	if len(document.Steps) == 0 {
		problem("steps", "missing: a repair without steps mends nothing")
	}
	for i, step := range document.Steps {
		repair.Steps = append(repair.Steps, readStep(place{where.file, at(where.path, "steps", fmt.Sprint(i))}, step))
	}
	return repair
}

func readStep(where place, document repairStepDocument) schemas.RepairStep {
	step := schemas.RepairStep{Action: schemas.RepairAction(document.Action), Path: document.Path, To: document.To}
	problem := func(field, format string, args ...any) {
		where.file.problem(at(where.path, field), format, args...)
	}
	if !fieldPath.MatchString(step.Path) {
		problem("path", "%q does not name a field: write for example meta.source or lines[].quantity", step.Path)
	}
	needsTo, needsValue := false, false
	switch step.Action {
	case schemas.RepairRename:
		needsTo = true
	case schemas.RepairSet, schemas.RepairDefault:
		needsValue = true
	case schemas.RepairDrop:
	default:
		problem("action", "%q is not one of rename, set, default, drop", step.Action)
		return step
	}
	switch {
	case needsTo && (step.To == nil || !fieldName.MatchString(*step.To)):
		problem("to", "missing: the field's new name, without the path before it")
	case !needsTo && step.To != nil:
		problem("to", "only rename takes it")
	}
	switch {
	case needsValue && document.Value.Kind == 0:
		problem("value", "missing: what %s puts there; null for nothing", step.Action)
	case !needsValue && document.Value.Kind != 0:
		problem("value", "only set and default take it")
	case needsValue:
		text, err := jsonOf(&document.Value)
		if err != nil {
			problem("value", "%v", err)
		}
		step.Value = &text
	}
	return step
}

// jsonOf writes a YAML value as JSON. Numbers keep their digits. Aliases are refused: one may stand within what it names.
func jsonOf(node *yaml.Node) (string, error) {
	switch node.Kind {
	case yaml.AliasNode:
		return "", fmt.Errorf("*%s stands for a value elsewhere: write the value out", node.Value)
	case yaml.SequenceNode:
		var items []string
		for _, item := range node.Content {
			text, err := jsonOf(item)
			if err != nil {
				return "", err
			}
			items = append(items, text)
		}
		return "[" + strings.Join(items, ",") + "]", nil
	case yaml.MappingNode:
		var fields []string
		for i := 0; i+1 < len(node.Content); i += 2 {
			text, err := jsonOf(node.Content[i+1])
			if err != nil {
				return "", err
			}
			fields = append(fields, quoted(node.Content[i].Value)+":"+text)
		}
		return "{" + strings.Join(fields, ",") + "}", nil
	default:
		return jsonOfScalar(node)
	}
}

func jsonOfScalar(node *yaml.Node) (string, error) {
	switch node.ShortTag() {
	case "!!null":
		return "null", nil
	case "!!bool":
		return strings.ToLower(node.Value), nil
	case "!!int", "!!float":
		if !jsonNumber.MatchString(node.Value) {
			return "", fmt.Errorf("%q is not a plain decimal number: put it in quotation marks if it is text", node.Value)
		}
		return node.Value, nil
	}
	return quoted(node.Value), nil
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

func quoted(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string always has JSON
	}
	return string(quoted)
}
