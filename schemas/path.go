package schemas

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// pathStep is one part of a path into an event: a field, and which of its items when it is a list.
type pathStep struct {
	field string
	items itemChoice
	index int
}

type itemChoice uint8

const (
	theField  itemChoice = iota // order_id
	everyItem                   // lines[]
	oneItem                     // lines[0]
)

// parsePath reads a path: order_id, meta.source, lines[].quantity, lines[0].quantity.
func parsePath(path string) ([]pathStep, error) {
	var steps []pathStep
	for part := range strings.SplitSeq(path, ".") {
		step := pathStep{field: part}
		if open := strings.IndexByte(part, '['); open >= 0 {
			index, closed := strings.CutSuffix(part[open+1:], "]")
			step.field, step.items = part[:open], everyItem
			if index != "" {
				n, err := strconv.ParseUint(index, 10, 31)
				if err != nil {
					closed = false
				}
				step.items, step.index = oneItem, int(n)
			}
			if !closed {
				return nil, fmt.Errorf("path %q: %q is not a field followed by [] or [number]", shorten(path), shorten(part))
			}
		}
		if step.field == "" {
			return nil, fmt.Errorf("path %q: a part of it has no name; write it like lines[0].quantity", shorten(path))
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// place is where a path ends in one event: a field of a record, or an item of a list in it.
type place struct {
	record map[string]any
	step   pathStep // never everyItem
}

// findPlaces follows a path. What is null on the way ends it there, and a list without items has no place; a record
// without the named field, or a list without the numbered item, is an error. The last field itself may be missing.
func findPlaces(root map[string]any, steps []pathStep) ([]place, error) {
	records := []map[string]any{root}
	for i, step := range steps {
		last := i == len(steps)-1
		var places []place
		var next []map[string]any
		for _, record := range records {
			at, err := placesOf(record, step)
			if err != nil {
				return nil, err
			}
			if last {
				places = append(places, at...)
				continue
			}
			for _, p := range at {
				value, present := p.get()
				inner, isRecord := value.(map[string]any)
				switch {
				case !present:
					return nil, fmt.Errorf("the event has no field %s", step.field)
				case isRecord:
					next = append(next, inner)
				case value != nil:
					return nil, fmt.Errorf("%s is no record: it has no fields", step.field)
				}
			}
		}
		if last {
			return places, nil
		}
		records = next
	}
	return nil, nil
}

func placesOf(record map[string]any, step pathStep) ([]place, error) {
	if step.items == theField {
		return []place{{record, step}}, nil
	}
	value, present := record[step.field]
	list, isList := value.([]any)
	switch {
	case !present:
		return nil, fmt.Errorf("the event has no field %s", step.field)
	case value == nil:
		return nil, nil
	case !isList:
		return nil, fmt.Errorf("%s is no list", step.field)
	case step.items == oneItem && step.index >= len(list):
		return nil, fmt.Errorf("%s has no item %d: it has %d", step.field, step.index, len(list))
	case step.items == oneItem:
		return []place{{record, step}}, nil
	}
	places := make([]place, len(list))
	for i := range list {
		places[i] = place{record, pathStep{step.field, oneItem, i}}
	}
	return places, nil
}

func (p place) get() (any, bool) {
	value, present := p.record[p.step.field]
	if p.step.items == oneItem && present {
		return value.([]any)[p.step.index], true
	}
	return value, present
}

func (p place) set(value any) {
	if p.step.items == oneItem {
		p.record[p.step.field].([]any)[p.step.index] = value
		return
	}
	p.record[p.step.field] = value
}

func (p place) remove() {
	if p.step.items == oneItem {
		p.record[p.step.field] = slices.Delete(p.record[p.step.field].([]any), p.step.index, p.step.index+1)
		return
	}
	delete(p.record, p.step.field)
}
