package fulfilment

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// asked is a person's hold or release of an order, or of a line of it.
func asked(kind schemas.CommandKind, orderID, payload, id string, minutes int) *schemas.Action {
	return &schemas.Action{Origin: schemas.Evidence{Topic: "o2c.commands", Offset: int64(minutes), EventID: id}, Command: schemas.Command{
		Meta:      schemas.Meta{EventID: id, Source: "waybill", OccurredAt: at(minutes), RecordedAt: at(minutes)},
		CommandID: id, Actor: "ann", Kind: kind, Target: orderID, Reason: "because of " + id, Payload: payload,
	}}
}

func held(orderID, payload, id string, minutes int) *schemas.Action {
	return asked(schemas.CommandHold, orderID, payload, id, minutes)
}

func released(orderID, payload, id string, minutes int) *schemas.Action {
	return asked(schemas.CommandRelease, orderID, payload, id, minutes)
}

func TestWhoeverAskedLastAboutALineOrItsOrderIsHeeded(t *testing.T) {
	const line1, line2 = `{"line_no":1}`, `{"line_no":2}`
	for _, test := range []struct {
		name                string
		commands            []*schemas.Action
		line1, line2, order bool // held
	}{
		{"nobody asks", nil, false, false, false},
		{"the order is held", []*schemas.Action{held("O1", "", "c1", 1)}, true, true, true},
		{"and released", []*schemas.Action{held("O1", "", "c1", 1), released("O1", "", "c2", 2)}, false, false, false},
		{"and held again", []*schemas.Action{held("O1", "", "c1", 1), released("O1", "", "c2", 2), held("O1", "", "c3", 3)}, true, true, true},
		{"a line is held", []*schemas.Action{held("O1", line1, "c1", 1)}, true, false, true},
		{"and its order released", []*schemas.Action{held("O1", line1, "c1", 1), released("O1", "", "c2", 2)}, false, false, false},
		{"a line of a held order is released", []*schemas.Action{held("O1", "", "c1", 1), released("O1", line2, "c2", 2)}, true, false, true},
		{"and the order held again", []*schemas.Action{held("O1", "", "c1", 1), released("O1", line2, "c2", 2), held("O1", "", "c3", 3)}, true, true, true},
		{"a line is held after its order was released", []*schemas.Action{released("O1", "", "c1", 1), held("O1", line1, "c2", 2)}, true, false, true},
		{"two at the same time: the larger id", []*schemas.Action{held("O1", "", "c1", 1), released("O1", "", "c2", 1)}, false, false, false},
	} {
		for seed := range uint64(20) {
			random := rand.New(rand.NewPCG(seed, 1))
			o := &OrderRow{OrderID: "O1"}
			for _, i := range random.Perm(2 * len(test.commands)) { // each of them twice
				c := test.commands[i%len(test.commands)].Command
				lineNo := int32(0)
				if c.Payload != "" {
					lineNo = int32(c.Payload[len(c.Payload)-2] - '0')
				}
				o.takeCommand(HoldCommand{LineNo: lineNo, CommandID: c.CommandID, Hold: c.Kind == schemas.CommandHold, Fact: Fact{At: c.Meta.OccurredAt}})
			}
			if o.holdsLine(1) != test.line1 || o.holdsLine(2) != test.line2 || o.isHeld() != test.order {
				t.Errorf("%s: seed %d: line 1 held %v, line 2 %v, anything %v", test.name, seed, o.holdsLine(1), o.holdsLine(2), o.isHeld())
			}
		}
	}
}

func TestWhatAPersonHoldsIsBilledWhenItIsReleased(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(
		order("O1", 1, 0, nil, line(1, "10", nil), line(2, "5", nil)),
		shipment("O1", "S1", 1, 10, schemas.MilestoneShipped, box(1, "A", "4", nil)),
		held("O1", "", "c1", 20),
		shipment("O1", "S2", 1, 30, schemas.MilestoneShipped, box(1, "A", "6", nil), box(2, "A", "5", nil)),
	)
	first := "O1 #1 invoice on_shipment ACME | 1 A 4 EA @10.00/1 = 40.00 (S1) | 40.00 USD"
	expect(t, "held", sc.bills(), first)
	expect(t, "what stands", sc.open(), "held O1 110.00 USD: ann holds the billing of the order: because of c1")
	sc.play(released("O1", `{"line_no":2}`, "c2", 40))
	second := "O1 #1 invoice on_shipment ACME | 2 A 5 EA @10.00/1 = 50.00 (S2) | 50.00 USD"
	expect(t, "a line released", sc.bills(), first, second)
	expect(t, "what stands", sc.open(), "held O1 60.00 USD: ann holds the billing of the order: because of c1")
	sc.play(released("O1", "", "c3", 50))
	expect(t, "released", sc.bills(), first, second, "O1 #2 invoice on_shipment ACME | 1 A 6 EA @10.00/1 = 60.00 (S2) | 60.00 USD")
	expect(t, "nothing stands", sc.open())
	sc.play(held("O1", "", "c1", 20))
	expect(t, "a hold that was released comes again", sc.open())
	var resolutions []string
	for _, sent := range sim.Read(sc.World, topics.Conditions) {
		if sent.Value.Kind == schemas.ConditionCleared {
			resolutions = append(resolutions, *sent.Value.Resolution)
		}
	}
	expect(t, "resolution", strings.Join(resolutions, "\n"), "released by ann: because of c3")
}

func TestAHoldTakesNothingBackAndCorrectsNothing(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(
		order("O1", 1, 0, nil, line(1, "10", nil)),
		shipment("O1", "S1", 1, 10, schemas.MilestoneShipped, box(1, "A", "10", nil)),
		held("O1", `{"line_no":1}`, "c1", 20),
		acceptance("O1", 1, 30, schemas.Accepted, accepted(1, "10", "9", nil)),
	)
	bill := "O1 #1 invoice on_shipment ACME | 1 A 10 EA @10.00/1 = 100.00 (S1) | 100.00 USD"
	expect(t, "held", sc.bills(), bill)
	expect(t, "what stands", sc.open(), "held O1/1: ann holds the billing of line 1: because of c1")
	sc.play(released("O1", `{"line_no":1}`, "c2", 40))
	expect(t, "released", sc.bills(), bill,
		"O1 #2 credit_and_rebill on_shipment:corrected ACME | 1 A -10 EA @10.00/1 = -100.00 (S1) | -100.00 USD",
		"O1 #3 credit_and_rebill on_shipment ACME | 1 A 10 EA @9.00/1 = 90.00 (S1) | 90.00 USD")
}

func TestABillOfTheWholeOrderWaitsForEveryHold(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(masters()...)
	sc.play(
		held("O1", `{"line_no":2}`, "c1", 0),
		order("O1", 1, 0, func(o *schemas.Order) { o.InvoicePolicy = new(schemas.OrderComplete) }, line(1, "10", nil), line(2, "5", nil)),
		shipment("O1", "S1", 1, 10, schemas.MilestoneShipped, box(1, "A", "10", nil), box(2, "A", "5", nil)),
	)
	expect(t, "held", sc.bills())
	sc.play(released("O1", "", "c2", 20))
	expect(t, "released", sc.bills(), "O1 #1 invoice order_complete ACME | 1 A 10 EA @10.00/1 = 100.00 (S1) | 2 A 5 EA @10.00/1 = 50.00 (S1) | 150.00 USD")
}

func TestUnderThePolicyManualAReleaseBillsWhatHadLeftByThen(t *testing.T) {
	manual := func(o *schemas.Order) { o.InvoicePolicy = new(schemas.Manual) }
	facts := []any{
		order("O1", 1, 0, manual, line(1, "10", nil), line(2, "5", nil)),
		shipment("O1", "S1", 1, 10, schemas.MilestoneShipped, box(1, "A", "4", nil)),
		shipment("O1", "S2", 1, 30, schemas.MilestoneShipped, box(1, "A", "6", nil), box(2, "A", "5", nil)),
		released("O1", "", "c1", 20),
		released("O1", `{"line_no":2}`, "c2", 30),
	}
	const first, second = "O1 #1 invoice manual ACME | 1 A 4 EA @10.00/1 = 40.00 (S1) | 40.00 USD", "O1 #1 invoice manual ACME | 2 A 5 EA @10.00/1 = 50.00 (S2) | 50.00 USD"
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 2))
		sc := newScene(t, sim.Options{Seed: seed})
		sc.play(masters()...)
		for _, i := range random.Perm(2 * len(facts)) {
			sc.play(facts[i%len(facts)])
		}
		bills := strings.Split(sc.bills(), "\n")
		slices.Sort(bills)
		expect(t, fmt.Sprintf("seed %d: released", seed), strings.Join(bills, "\n"), first, second)
		expect(t, "nothing stands", sc.open())
		sc.play(held("O1", "", "c3", 40), released("O1", "", "c4", 35))
		expect(t, "released before it was held", sc.open(), "held O1 60.00 USD: ann holds the billing of the order: because of c3")
		sc.play(released("O1", "", "c5", 50))
		if bill := sim.Read(sc.World, topics.InvoiceReady); len(bill) != 3 || bill[2].Value.Total != schemas.MustAmount("60") || !restsOn(bill[2].Value, "c5") || !bill[2].Value.ReadyAt.Equal(at(50)) {
			t.Errorf("seed %d: the last release gives %s", seed, sc.bills())
		}
	}
}

func restsOn(bill *schemas.InvoiceReady, eventID string) bool {
	return slices.ContainsFunc(bill.Evidence, func(e schemas.Evidence) bool { return e.EventID == eventID })
}

func TestACommandThatNamesNoLineRightlyIsADeadLetter(t *testing.T) {
	sc := newScene(t, sim.Options{})
	sc.play(held("O1", `{"line":2}`, "c1", 0), held("ex-1", "", "c2", 0), asked(schemas.CommandAssign, "O1", `{"owner":"bob"}`, "c3", 0))
	var letters []string
	for _, letter := range sc.Records(topics.DeadLetters) {
		for _, header := range letter.Headers {
			if header.Key == "waybill.error.message" {
				letters = append(letters, string(header.Value))
			}
		}
	}
	expect(t, "dead letters", strings.Join(letters, "\n"), `hold of order O1: payload: not the JSON object that is expected: json: unknown field "line"`)
	expect(t, "nothing is held", sc.open())
}
