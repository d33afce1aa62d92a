package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/stream"
	"waybill/stream/sim"
	"waybill/topics"
)

// world is intake on a log in memory, its clock at noon.
type world struct {
	*sim.World
	t *testing.T
}

func newWorld(t *testing.T, seed uint64) world {
	t.Helper()
	return world{sim.New(t, sim.Options{Partitions: 4, Start: noon, Seed: seed}, Stage(topics.Default(), DefaultPolicy())), t}
}

// send writes a value by its contract under its own key.
func send[T any](w world, value *T) { sendAs(w, keyFor(w.t, value), value) }

func sendAs[T any](w world, key string, value *T) {
	sim.Send(w.World, sourceOf[T](w.t).topic, key, value)
}

func keyFor[T any](t *testing.T, value *T) string {
	of := sourceOf[T](t)
	if of.key != nil {
		return of.key(value)
	}
	return of.entity(value)
}

// bytesOf is a value by its contract.
func bytesOf[T any](w world, value *T) []byte {
	w.t.Helper()
	encoded, err := schemas.NewCodec[T](w.Registry(), sourceOf[T](w.t).topic.Name()).Append(context.Background(), nil, value)
	if err != nil {
		w.t.Fatal(err)
	}
	return encoded
}

// foreignBytes is a value by another schema than its contract: the contract with some words replaced. The same words are
// replaced in the value.
func foreignBytes[T any](w world, value *T, words ...string) []byte {
	w.t.Helper()
	topic := sourceOf[T](w.t).topic.Name()
	replace := strings.NewReplacer(words...)
	text, err := json.Marshal(value)
	if err != nil {
		w.t.Fatal(err)
	}
	encoded, err := schemas.EncodeJSON(context.Background(), w.Registry(), topic, foreignSchema(topic, words...), []byte(replace.Replace(string(text))))
	if err != nil {
		w.t.Fatal(err)
	}
	return encoded
}

func foreignSchema(topic string, words ...string) string {
	contract, _ := schemas.Contract(topic)
	return strings.NewReplacer(words...).Replace(contract)
}

// theirs is how the warehouse system calls two fields since its last update, which no reader of the contract can resolve.
var theirs = []string{`"quantity"`, `"qty"`}

// shipments tells what went to o2c.shipments for an order: shipment, sequence and number of lines.
func (w world) shipments(orderID string) string {
	var told []string
	for _, sent := range sim.Read(w.World, topics.Shipments) {
		if sent.Key == orderID && sent.Value.Shipment != nil {
			told = append(told, fmt.Sprintf("%s#%d:%d", sent.Value.Shipment.ShipmentID, *sent.Value.Shipment.Meta.Sequence, len(sent.Value.Shipment.Lines)))
		}
	}
	return strings.Join(told, " ")
}

// orders tells what went to o2c.orders for an order: sequences of its own events, positions of ERP's.
func (w world) orders(orderID string) string {
	var told []string
	for _, sent := range sim.Read(w.World, topics.Orders) {
		switch {
		case sent.Key != orderID:
		case sent.Value.Order != nil:
			told = append(told, fmt.Sprint(*sent.Value.Order.Meta.Sequence))
		case sent.Value.Acceptance != nil:
			told = append(told, fmt.Sprintf("@%d", *sent.Value.Acceptance.Meta.Position))
		}
	}
	return strings.Join(told, " ")
}

// held tells the holds that are active: order, class, shipment and sequence, sorted.
func (w world) held() string {
	active := map[string]string{}
	for _, told := range w.holds() {
		key := told.orderID + told.HoldID
		delete(active, key)
		if told.Active {
			active[key] = told.orderID + " " + told.text()
		}
	}
	return strings.Join(values(active), "; ")
}

// heldOrder is a hold and the order that it is told.
type heldOrder struct {
	orderID string
	*schemas.Hold
}

// text tells class, shipment and sequence.
func (h heldOrder) text() string {
	text := h.Class
	if h.ShipmentID != nil {
		text += " " + *h.ShipmentID
	}
	if h.Sequence != nil {
		text += fmt.Sprintf("#%d", *h.Sequence)
	}
	return text
}

// holds are all that were told, those of orders before those of shipments.
func (w world) holds() []heldOrder {
	var all []heldOrder
	for _, sent := range sim.Read(w.World, topics.Orders) {
		if sent.Value.Hold != nil {
			all = append(all, heldOrder{sent.Key, sent.Value.Hold})
		}
	}
	for _, sent := range sim.Read(w.World, topics.Shipments) {
		if sent.Value.Hold != nil {
			all = append(all, heldOrder{sent.Key, sent.Value.Hold})
		}
	}
	return all
}

// raised are the conditions that stand, by id. That a source lags passes by itself and is told of by lag_test.go: the worlds
// of other tests stand still while their clocks move.
func (w world) raised() map[string]*schemas.Condition {
	standing := sim.Latest(w.World, topics.Conditions)
	for id, condition := range standing {
		if condition.Kind == schemas.ConditionCleared || condition.Class == conditions.StaleSource {
			delete(standing, id)
		}
	}
	return standing
}

// messages tells what stands, one a line, sorted.
func (w world) messages() string {
	texts := map[string]string{}
	for id, condition := range w.raised() {
		texts[id] = condition.Class + ": " + condition.Message
	}
	return strings.Join(values(texts), "\n")
}

// resolutions tells how what was cleared ended, in the order of clearing per partition.
func (w world) resolutions() string {
	var told []string
	for _, sent := range sim.Read(w.World, topics.Conditions) {
		if sent.Value.Kind == schemas.ConditionCleared {
			told = append(told, sent.Value.Class+" "+*sent.Value.Resolution)
		}
	}
	slices.Sort(told)
	return strings.Join(told, ", ")
}

func values(of map[string]string) []string {
	var texts []string
	for _, text := range of {
		texts = append(texts, text)
	}
	slices.Sort(texts)
	return texts
}

// deadLetters tells class and field of the dead letters, in order.
func (w world) deadLetters() string {
	var told []string
	for _, record := range w.Records(topics.DeadLetters) {
		told = append(told, strings.TrimSuffix(header(record, "waybill.error.class")+" "+header(record, "waybill.error.field"), " "))
	}
	return strings.Join(told, ", ")
}

func header(record stream.Record, name string) string {
	for _, header := range record.Headers {
		if header.Key == name {
			return string(header.Value)
		}
	}
	return ""
}

// the returns the one condition that stands.
func (w world) the() *schemas.Condition {
	w.t.Helper()
	var one *schemas.Condition
	for _, condition := range w.raised() {
		if one != nil {
			w.t.Fatalf("more than one condition stands:\n%s", w.messages())
		}
		one = condition
	}
	if one == nil {
		w.t.Fatal("no condition stands")
	}
	return one
}

// replay asks for a replay as the exceptions stage does: with corrected values as path and JSON in turn.
func (w world) replay(condition *schemas.Condition, set ...string) { w.ask(condition, false, set...) }

// drop gives up what a condition is about.
func (w world) drop(condition *schemas.Condition) { w.ask(condition, true) }

func (w world) ask(condition *schemas.Condition, drop bool, set ...string) {
	w.t.Helper()
	replay := &schemas.Replay{
		CommandID: "K1", Actor: "ada", Reason: "mended", ExceptionID: condition.ExceptionID, Drop: drop, Set: []schemas.SetField{},
		Origin: condition.Causes[0], At: w.Now(),
	}
	for i := 0; i < len(set); i += 2 {
		replay.Set = append(replay.Set, schemas.SetField{Path: set[i], Value: set[i+1]})
	}
	encoded, err := schemas.NewCodec[schemas.Replay](w.Registry(), topics.Replays.Name()).Append(context.Background(), nil, replay)
	if err != nil {
		w.t.Fatal(err)
	}
	// By the key of the record, since that brings it to the record's partition.
	w.SendRaw(topics.Replays.Name(), w.keyOf(condition.Causes[0]), encoded)
	w.Run()
}

func (w world) keyOf(origin schemas.Evidence) []byte {
	w.t.Helper()
	for _, record := range w.Records(origin.Topic) {
		if record.Partition == origin.Partition && record.Offset == origin.Offset {
			return record.Key
		}
	}
	w.t.Fatalf("no such record: %+v", origin)
	return nil
}

func (w world) want(what, got, want string) {
	w.t.Helper()
	if got != want {
		w.t.Errorf("%s:\n%s\nwant\n%s", what, got, want)
	}
}

const deadline = 30 * time.Minute // of wms.shipments
