package inspect

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"waybill/schemas"
	"waybill/topics"
)

// Mask stands where personal data was.
const Mask = "•••"

const maskedBytes = "these bytes may hold personal data, so they are not shown"

// Masked returns the record without the personal data that the catalogue names for its topic, and without fields of such a
// topic that its contract does not have: what a source renamed or added may be personal too. Bytes that were never read into
// fields, of such a topic or a dead letter from one, are left out whole.
func Masked(catalogue topics.Catalogue, record Record) Record {
	origin := record.Topic
	if record.Topic == topics.DeadLetters {
		origin = record.Headers["waybill.original.topic"]
	}
	entry, known := catalogue.Topic(origin)
	if known && len(entry.Personal) == 0 {
		return record
	}
	if !known && record.Topic != topics.DeadLetters {
		return record
	}
	for _, path := range slices.Concat(entry.Personal, outsideContract(origin, record.Value)) {
		record.Value = maskAt(record.Value, strings.Split(path, "."))
	}
	if record.Raw == nil {
		return record
	}
	record.Raw = nil
	if record.Problem != "" {
		record.Problem += "; "
	}
	record.Problem += maskedBytes
	// What is wrong with a field often repeats the field.
	if message, ok := record.Headers["waybill.error.message"]; ok && message != "" {
		headers := make(map[string]string, len(record.Headers))
		for name, value := range record.Headers {
			headers[name] = value
		}
		headers["waybill.error.message"] = Mask
		record.Headers = headers
	}
	return record
}

// outsideContract names the fields of a value that its topic's contract does not have.
func outsideContract(topic string, value json.RawMessage) []string {
	var contract struct{ Fields []struct{ Name string } }
	text, _ := schemas.Contract(topic)
	if err := json.Unmarshal([]byte(text), &contract); err != nil {
		return nil // a dead letter's topic, which nobody knows: it has no fields to show
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(value, &fields); err != nil {
		return nil // no record
	}
	for _, field := range contract.Fields {
		delete(fields, field.Name)
	}
	return slices.Collect(maps.Keys(fields))
}

// maskAt puts the mask in place of the value at a path, in every item where lists are on the way. All else stays as it is
// written, and in its order.
func maskAt(value json.RawMessage, path []string) json.RawMessage {
	if len(path) == 0 {
		if string(value) == "null" {
			return value
		}
		return json.RawMessage(`"` + Mask + `"`)
	}
	decoder := json.NewDecoder(bytes.NewReader(value))
	opening, err := decoder.Token()
	if err != nil || opening != json.Delim('{') && opening != json.Delim('[') {
		return value
	}
	isObject := opening == json.Delim('{')
	masked := []byte{value[0]}
	for first := true; decoder.More(); first = false {
		if !first {
			masked = append(masked, ',')
		}
		deeper := !isObject
		rest := path
		if isObject {
			name, err := decoder.Token()
			if err != nil {
				return value
			}
			quoted, err := json.Marshal(name)
			if err != nil {
				return value
			}
			masked = append(append(masked, quoted...), ':')
			deeper, rest = name == path[0], path[1:]
		}
		var inner json.RawMessage
		if err := decoder.Decode(&inner); err != nil {
			return value
		}
		if deeper {
			inner = maskAt(inner, rest)
		}
		masked = append(masked, inner...)
	}
	if isObject {
		return append(masked, '}')
	}
	return append(masked, ']')
}
