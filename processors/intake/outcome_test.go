package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
	"waybill/stream/sim"
	"waybill/topics"
)

func TestEveryBadRecordHasANamedOutcomeAndStopsNothing(t *testing.T) {
	order := func(breaks func(*schemas.Order)) func(world) []byte {
		return func(w world) []byte {
			value := anOrder("O1", 1)
			breaks(value)
			return bytesOf(w, value)
		}
	}
	fine := order(func(*schemas.Order) {})
	for _, c := range []struct {
		name    string
		key     string
		value   func(world) []byte
		class   string // of the dead letter, and its field
		held    string
		message string
	}{
		{"truncated Avro", "O1", func(w world) []byte { raw := fine(w); return raw[:len(raw)-9] }, "truncated lines[1].price_unit", "O1 unreadable",
			"commerce.orders: an event of order O1 cannot be taken: truncated, field lines[1].price_unit"},
		{"a wrong magic byte", "O1", func(w world) []byte { raw := fine(w); raw[0] = 7; return raw }, "wrong_magic", "O1 unreadable",
			"commerce.orders: an event of order O1 cannot be taken: wrong_magic"},
		{"an unknown schema id", "O1", func(w world) []byte { raw := fine(w); raw[3] = 7; return raw }, "unknown_schema", "O1 unreadable",
			"commerce.orders: an event of order O1 cannot be taken: unknown_schema"},
		{"a tombstone", "O1", func(world) []byte { return nil }, "tombstone", "O1 unreadable",
			"commerce.orders: an event of order O1 cannot be taken: tombstone: the record has no value, and nothing is deleted by a tombstone on this topic. Have the source say by an event what has changed, then resolve this."},
		{"no key", "", fine, "null_key", "O1 unreadable#1",
			"commerce.orders: event 1 of order O1 from b2b-shop cannot be taken: null_key: the record has no key; it has to be order_id. Have b2b-shop send it again under its key, then resolve this."},
		{"no key, and nothing to read", "", func(world) []byte { return []byte("?") }, "null_key", "",
			"commerce.orders: an event without a key cannot be taken: null_key: the record has no key; it has to be order_id. Have the source send it again under its key, then resolve this."},
		{"a key that differs from the entity", "O2", fine, "key_mismatch order_id", "O1 unreadable#1",
			`commerce.orders: event 1 of order O1 from b2b-shop cannot be taken: key_mismatch, field order_id: says "O1", and the record key is "O2". Have b2b-shop send it again under its key, then resolve this.`},
		{"five megabytes", "O1", order(func(v *schemas.Order) { v.Channel = strings.Repeat("x", 5<<20) }), "too_large", "O1 unreadable#1",
			" and the topic allows 1048576. It is too large to be kept for a replay: have b2b-shop send event 1 again, smaller; its bytes are in o2c.dead-letters."},
		{"a wrong authority", "O1", order(func(v *schemas.Order) { v.Meta.Source = "wms-east" }), "wrong_authority meta.source", "",
			"commerce.orders: event 1 of order O1 (O1-e) is not taken: wrong_authority, field meta.source: wms-east is a system of kind wms, and only commerce or edi may write this topic. Enter the change in a system that may, if it is wanted, and resolve this."},
		{"an unregistered source", "O1", order(func(v *schemas.Order) { v.Meta.Source = "amazon" }), "unregistered_source meta.source", "",
			`commerce.orders: event 1 of order O1 (O1-e) is not taken: unregistered_source, field meta.source: "amazon" is no registered system. Register the system in the catalogue if it may write commerce.orders and have it send the event again; then resolve this.`},
		{"a wrong authority that breaks the contract too", "O1", order(func(v *schemas.Order) { v.Meta.Source, v.CustomerID = "erp", "" }), "wrong_authority meta.source", "", "wrong_authority"},
		{"a negative quantity", "O1", order(func(v *schemas.Order) { v.Lines[1].Quantity = -1 }), "negative_quantity lines[1].quantity", "O1 unreadable#1", "negative_quantity"},
		{"an absurd date", "O1", order(func(v *schemas.Order) { v.Lines[0].RequestedDate = schemas.MustDate("2999-01-01") }), "absurd_date lines[0].requested_date", "O1 unreadable#1", "is 2999-01-01, not in 1970 to 2199"},
		{"from the far future", "O1", order(func(v *schemas.Order) { v.Meta.OccurredAt = noon.AddDate(1, 0, 0) }), "absurd_date meta.occurred_at", "O1 unreadable#1", "is 2027-03-02T12:00:00Z, more than 168h0m0s ahead"},
		{"no sequence", "O1", order(func(v *schemas.Order) { v.Meta.Sequence = nil }), "missing_sequence meta.sequence", "O1 unreadable", "an event of order O1"},
		{"sequence zero", "O1", order(func(v *schemas.Order) { *v.Meta.Sequence = 0 }), "bad_sequence meta.sequence", "O1 unreadable", "is 0"},
		{"a negative sequence", "O1", order(func(v *schemas.Order) { *v.Meta.Sequence = -1 }), "bad_sequence meta.sequence", "O1 unreadable", "is -1"},
		{"an unknown symbol", "O1", func(w world) []byte {
			value := anOrder("O1", 1)
			value.Status = "amended"
			return foreignBytes(w, value, `"placed"`, `"amended"`)
		}, "unknown_symbol status", "O1 unreadable#1", "holds a value that this release does not know"},
		{"a line twice", "O1", order(func(v *schemas.Order) { v.Lines[1].LineNo = 1 }), "duplicate_line lines[1].line_no", "O1 unreadable#1", "is the same as lines[0].line_no"},
		{"no lines", "O1", order(func(v *schemas.Order) { v.Lines = []schemas.OrderLine{} }), "no_lines lines", "O1 unreadable#1", "an order that is placed needs lines"},
		{"a bad currency", "O1", order(func(v *schemas.Order) { v.Currency = "€" }), "bad_currency currency", "O1 unreadable#1", "ISO 4217"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, 0)
			var key []byte
			if c.key != "" {
				key = []byte(c.key)
			}
			raw := c.value(w)
			w.SendRaw("commerce.orders", key, raw)
			w.SendRaw("commerce.orders", key, raw)
			send(w, anOrder("O9", 1))
			w.Run()
			w.want("the next order", w.orders("O9"), "1")
			w.want("the order", w.orders("O1"), "")
			w.want("dead letters", w.deadLetters(), c.class)
			if letters := w.Records(topics.DeadLetters); len(letters) == 1 && !bytes.Equal(letters[0].Value, raw) {
				t.Error("the dead letter is not what came")
			}
			w.want("holds", w.held(), c.held)
			if !strings.Contains(w.the().Message, c.message) {
				t.Errorf("message %q, want %q", w.the().Message, c.message)
			}
			send(w, anOrder("O1", 1))
			w.Run()
			w.want("the order, sent again as it should be", w.orders("O1"), "1")
			if strings.HasSuffix(c.held, "#1") && key != nil && c.key == "O1" {
				w.want("resolutions", w.resolutions(), "unreadable superseded")
				w.want("messages", w.messages(), "")
				w.want("holds", w.held(), "")
			}
		})
	}
}

func TestAnUnreadableEventOfAWrongSystemHoldsNothing(t *testing.T) {
	w := newWorld(t, 0)
	for range 2 {
		w.SendRaw("commerce.orders", []byte("O1"), []byte("?"), stream.Header{Key: "source", Value: []byte("erp")})
	}
	w.Run()
	w.want("class", w.the().Class, "wrong_authority")
	w.want("dead letters", w.deadLetters(), "wrong_authority meta.source")
	w.want("holds", w.held(), "")
}

func TestATopicThatTheCatalogueMakesDenseIsPutInSequence(t *testing.T) {
	files := fstest.MapFS{}
	if err := fs.WalkDir(topics.Embedded(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(topics.Embedded(), path)
		files[path] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(text),
			"{contract: monotonic, entity: order_id, sequence: meta.position}", "{contract: dense, entity: order_id, sequence: meta.sequence, deadline: 1h}"))}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	catalogue, err := topics.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	w := world{sim.New(t, sim.Options{Start: noon}, Stage(catalogue, DefaultPolicy())), t}
	for _, sequence := range []int64{2, 1} {
		acceptance := anAcceptance("O1", 100*sequence)
		acceptance.Meta.Sequence = &sequence
		send(w, acceptance)
		w.Run()
	}
	w.want("orders", w.orders("O1"), "@100 @200")
}

func TestWhatCannotBeReplayedIsGivenUp(t *testing.T) {
	w := newWorld(t, 0)
	w.SendRaw("wms.shipments", nil, bytesOf(w, aShipment("S1", 1, schemas.MilestonePicked, "O1", "O2")))
	w.Run()
	misrouted := w.the()
	w.want("holds", w.held(), "O1 unreadable S1#1; O2 unreadable S1#1")
	w.replay(misrouted)
	w.want("a replay changes nothing", w.held(), "O1 unreadable S1#1; O2 unreadable S1#1")
	w.drop(misrouted)
	w.want("holds", w.held(), "")
	w.want("resolutions", w.resolutions(), "unreadable dropped")

	w.SendRaw("commerce.orders", []byte("O1"), nil)
	w.Run()
	tombstone := w.the()
	w.replay(tombstone)
	w.want("class", w.the().Class, "unreadable")
	w.drop(tombstone)

	huge := anOrder("O1", 1)
	huge.Channel = strings.Repeat("x", 2<<20)
	send(w, huge)
	w.Run()
	w.replay(w.the())
	w.want("holds", w.held(), "O1 unreadable#1")
	w.drop(w.the())
	send(w, anOrder("O1", 2))
	w.Run()
	w.want("orders", w.orders("O1"), "2")
}

func TestExceptionsSayWhatTheyAreAbout(t *testing.T) {
	w := newWorld(t, 0)
	movement := aMovement(1)
	movement.Quantity = -1
	send(w, movement)
	customer := aCustomer(1)
	customer.Currency = ""
	send(w, customer)
	item := anItem(1)
	item.BaseUOM = ""
	send(w, item)
	warehouse := aWarehouse(1)
	warehouse.Meta.RecordedAt = warehouse.Meta.RecordedAt.AddDate(-100, 0, 0)
	send(w, warehouse)
	w.SendRaw("ar.disputes", []byte("I1"), []byte("?"))
	w.SendRaw("wms.inventory", []byte("A"), []byte("?"))
	w.Run()
	var told []string
	for _, condition := range w.raised() {
		text := strings.SplitN(condition.Message, ":", 2)[0]
		for _, field := range []*string{condition.CustomerID, condition.ItemID, condition.WarehouseID, condition.InvoiceID} {
			if field == nil {
				text += " -"
			} else {
				text += " " + *field
			}
		}
		told = append(told, text)
	}
	slices.Sort(told)
	w.want("subjects", strings.Join(told, "\n"), `ar.disputes - - - I1
master.customers C1 - - -
master.items - A - -
master.warehouses - - E -
wms.inventory - - - -
wms.inventory - A E -`)
	w.want("holds", w.held(), "")
}

// tasked is one task of intake without a log around it, for what a log does not show.
type tasked struct {
	t     *testing.T
	task  *stream.Task
	next  int64
	track *Track // as it was last written
}

func newTasked(t *testing.T, registry schemas.Registry) *tasked {
	t.Helper()
	program, err := stream.Bind(Stage(topics.Default(), DefaultPolicy()), registry, "test")
	if err != nil {
		t.Fatal(err)
	}
	store := state.OpenMemory()
	task, err := program.NewTask(0, store, stream.NewReferences(program, store, 1<<20), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return &tasked{t: t, task: task}
}

// take has the task take a record, and tells what it was counted as.
func (k *tasked) take(topic, key string, value []byte) (string, error) {
	k.t.Helper()
	if err := k.task.Take(context.Background(), noon, &stream.Record{Topic: topic, Offset: k.next, Key: []byte(key), Value: value, Timestamp: noon}); err != nil {
		if aborted := k.task.Abort(); aborted != nil {
			k.t.Fatal(aborted)
		}
		return "", err
	}
	k.next++
	ready, err := k.task.Ready()
	if err != nil {
		k.t.Fatal(err)
	}
	var counted []string
	for outcome, n := range ready.Counts {
		counted = append(counted, fmt.Sprintf("%s %d", outcome.Outcome, n))
	}
	slices.Sort(counted)
	rows := state.NewCodec[Track](schemas.CustomTypes()...)
	for _, entry := range ready.Changelog {
		if entry.Key[0] == 1 { // the table of tracks
			if k.track, err = rows.Decode(entry.Value, nil); err != nil {
				k.t.Fatal(err)
			}
		}
	}
	if err := k.task.Commit(ready.Changelog, 0, noon); err != nil {
		k.t.Fatal(err)
	}
	return strings.Join(counted, ", "), nil
}

func TestEveryRecordIsCountedAsOneThing(t *testing.T) {
	w := newWorld(t, 0)
	k := newTasked(t, w.Registry())
	bad := anOrder("O1", 2)
	bad.Lines = []schemas.OrderLine{}
	replay := func(drop bool, id string) []byte {
		encoded, err := schemas.NewCodec[schemas.Replay](w.Registry(), topics.Replays.Name()).Append(context.Background(), nil,
			&schemas.Replay{ExceptionID: id, Drop: drop, Set: []schemas.SetField{}, At: noon})
		if err != nil {
			t.Fatal(err)
		}
		return encoded
	}
	hole := unreadableID("commerce.orders", "O1", 2)
	for i, c := range []struct {
		topic, key string
		value      []byte
		want       string
	}{
		{"commerce.orders", "O1", bytesOf(w, anOrder("O1", 1)), "applied 1"},
		{"commerce.orders", "O1", bytesOf(w, anOrder("O1", 1)), "duplicate 1"},
		{"commerce.orders", "O1", bytesOf(w, anOrder("O1", 4)), "held 1"},
		{"commerce.orders", "O1", bytesOf(w, anOrder("O1", 4)), "duplicate 1"},
		{"commerce.orders", "O1", bytesOf(w, bad), "dead_lettered 1"},
		{"commerce.orders", "O1", bytesOf(w, bad), "duplicate 1"},
		{"o2c.replays", "x", replay(false, hole), "refused 1"},
		{"o2c.replays", "x", replay(false, gapID("commerce.orders", "O1", 3)), "refused 1"},
		{"o2c.replays", "x", replay(false, "ex-none"), "duplicate 1"},
		{"o2c.replays", "x", []byte("?"), "dead_lettered 1"},
		{"commerce.orders", "O1", bytesOf(w, anOrder("O1", 3)), "held 1"},
		{"o2c.replays", "x", replay(true, hole), "dropped 1, released 2"},
		{"o2c.replays", "x", replay(true, hole), "duplicate 1"},
		{"erp.orders", "O1", bytesOf(w, anAcceptance("O1", 1)), "applied 1"},
		{"erp.orders", "O1", bytesOf(w, anAcceptance("O1", 1)), "duplicate 1"},
		{"o2c.commands", "ex-1", bytesOf(w, aCommand("K1", noon)), "applied 1"},
		{"o2c.commands", "ex-1", bytesOf(w, aCommand("K1", noon)), "duplicate 1"},
	} {
		got, err := k.take(c.topic, c.key, c.value)
		if err != nil {
			t.Fatal(err)
		}
		if got != c.want {
			t.Errorf("record %d: %s, want %s", i, got, c.want)
		}
	}
}

func TestAnEntityThatIsBackInOrderCostsWhatItDidBefore(t *testing.T) {
	w := newWorld(t, 0)
	k := newTasked(t, w.Registry())
	broken := aShipment("S1", 3, schemas.MilestonePacked, "O1")
	broken.WarehouseID = ""
	for _, shipment := range []*schemas.Shipment{
		aShipment("S1", 1, schemas.MilestoneAllocated, "O1", "O2"), broken, aShipment("S1", 4, schemas.MilestoneShipped, "O1"),
		aShipment("S1", 2, schemas.MilestonePicked, "O1", "O2"), aShipment("S1", 3, schemas.MilestonePacked, "O1"),
	} {
		if _, err := k.take("wms.shipments", "S1", bytesOf(w, shipment)); err != nil {
			t.Fatal(err)
		}
	}
	if want := (Track{Begun: true, Last: 4, Next: 5, Highest: 4, Parts: 1}); *k.track != want {
		t.Errorf("%+v, want %+v", *k.track, want)
	}
}

// away is a registry that gives no answer for a while.
type away struct {
	schemas.Registry
	gone bool
}

func (a *away) Schema(ctx context.Context, id int) (string, error) {
	if a.gone {
		return "", fmt.Errorf("schema %d: %w", id, schemas.ErrRegistryUnavailable)
	}
	return a.Registry.Schema(ctx, id)
}

func TestWhileTheRegistryIsAwayNothingIsSkipped(t *testing.T) {
	w := newWorld(t, 0)
	huge := anOrder("O1", 1)
	huge.Channel = strings.Repeat("x", 2<<20)
	bad := anOrder("O1", 1)
	bad.CustomerID = ""
	foreign := foreignBytes(w, anOrder("O1", 1), theirs...)
	for _, value := range [][]byte{bytesOf(w, anOrder("O1", 1)), bytesOf(w, huge), bytesOf(w, bad), foreign} {
		registry := &away{Registry: w.Registry(), gone: true}
		k := newTasked(t, registry)
		counted, err := k.take("commerce.orders", "O1", value)
		if !errors.Is(err, schemas.ErrRegistryUnavailable) || stream.KindOf(err) != stream.Retryable {
			t.Fatalf("%s, %v", counted, err)
		}
		registry.gone = false
		if counted, err = k.take("commerce.orders", "O1", value); err != nil || counted == "" {
			t.Errorf("%s, %v", counted, err)
		}
	}
	registry := &away{Registry: w.Registry()}
	k := newTasked(t, registry)
	if _, err := k.take("commerce.orders", "O1", foreign); err != nil {
		t.Fatal(err)
	}
	encoded, err := schemas.NewCodec[schemas.Replay](w.Registry(), topics.Replays.Name()).Append(context.Background(), nil,
		&schemas.Replay{ExceptionID: unreadableID("commerce.orders", "O1", 1), Set: []schemas.SetField{{Path: "lines[].qty", Value: `"1"`}}, At: noon})
	if err != nil {
		t.Fatal(err)
	}
	registry.gone = true
	if _, err := k.take("o2c.replays", "x", encoded); !errors.Is(err, schemas.ErrRegistryUnavailable) {
		t.Errorf("a replay: %v", err)
	}
}

func TestTheTopologyHasWhatTheCatalogueSaysOfIntake(t *testing.T) {
	w := newWorld(t, 0)
	topology := Stage(topics.Default(), DefaultPolicy()).Topology()
	inputs, outputs := slices.Sorted(slices.Values(append(topology.Inputs, topology.References...))), topology.Outputs
	var reads, writes []string
	for _, entry := range topics.Default().Topics() {
		if slices.Contains(entry.Consumers, "intake") {
			reads = append(reads, entry.Name)
		}
		if slices.Contains(entry.Producers, "intake") {
			writes = append(writes, entry.Name)
		}
	}
	if !slices.Equal(inputs, reads) {
		t.Errorf("reads %v, the catalogue says %v", inputs, reads)
	}
	if slices.Sort(outputs); !slices.Equal(outputs, writes) {
		t.Errorf("writes %v, the catalogue says %v", outputs, writes)
	}
	sim.Send(w.World, topics.Repairs, "x/y", &schemas.Repair{RepairID: "r", Steps: []schemas.RepairStep{}})
	w.Run()
}
