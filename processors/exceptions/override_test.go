package exceptions

import (
	"reflect"
	"testing"

	"waybill/processors/conditions"
	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// line makes a condition one of a line.
func line(c *schemas.Condition) *schemas.Condition {
	c.OrderID, c.LineNo = new("O-1"), new(int32(2))
	return c
}

func TestFulfilmentIsToldOncePerOverrideAndAlsoWhenTheCauseHasCleared(t *testing.T) {
	w := newWorld(t, 0)
	act(w, 10, schemas.CommandOverride, "c-1", "ex-1", `{"quantity":"4","uom":"EA"}`)
	act(w, 11, schemas.CommandOverride, "c-2", "ex-1", "")
	w.Run()
	if told := sim.Read(w, topics.Overrides); len(told) != 0 {
		t.Fatalf("told before the exception was raised: %+v", told)
	}
	send(w, "ex-1", line(raise(5, conditions.OverShipped, "a", "")))
	w.Run()
	act(w, 10, schemas.CommandOverride, "c-1", "ex-1", `{"quantity":"4","uom":"EA"}`)
	send(w, "ex-1", clears(20, "overridden by ann: because"))
	w.Run()
	act(w, 30, schemas.CommandOverride, "c-3", "ex-1", `{"undo":true}`)
	w.Run()
	if told := sim.Read(w, topics.Overrides); len(told) != 2 {
		t.Fatalf("told of %d overrides while the exception has cleared", len(told))
	}
	send(w, "ex-1", line(raise(40, conditions.OverShipped, "a", "")))
	w.Run()
	var got []schemas.Override
	for _, sent := range sim.Read(w, topics.Overrides) {
		if sent.Key != "O-1" {
			t.Errorf("told under %s", sent.Key)
		}
		got = append(got, *sent.Value)
	}
	of := schemas.Override{OrderID: "O-1", LineNo: 2, ExceptionID: "ex-1", Class: conditions.OverShipped, Actor: "ann", Reason: "because", PriceUnit: 1}
	one, two := of, of
	one.CommandID, one.Quantity, one.UOM, one.At = "c-1", new(schemas.MustQuantity("4")), "EA", at(10)
	two.CommandID, two.Undo, two.At = "c-3", true, at(30)
	if !reflect.DeepEqual(got, []schemas.Override{one, two}) {
		t.Errorf("told %+v\nwant %+v", got, []schemas.Override{one, two})
	}
	if e := sim.Read(w, topics.Exceptions); e[len(e)-1].Value.Status != schemas.ExceptionOpen {
		t.Errorf("raised again it is %s", e[len(e)-1].Value.Status)
	}
}
