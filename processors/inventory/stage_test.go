package inventory_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"waybill/processors/conditions"
	"waybill/processors/inventory"
	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// floor is the stage in a world of its own, and what the tests tell it.
type floor struct {
	*sim.World
	sequence map[string]int64
}

func newFloor(t *testing.T, seed uint64) *floor {
	t.Helper()
	stage := inventory.Stage(topics.Default(), inventory.DefaultPolicy())
	return &floor{sim.New(t, sim.Options{Partitions: 2, Start: start, Seed: seed}, stage), map[string]int64{}}
}

func (f *floor) item(id string, units ...schemas.ItemUOM) {
	sim.Send(f.World, topics.Items, id, &schemas.Item{ItemID: id, BaseUOM: "EA", UOMs: units, Substitutes: []string{}})
}

// moves sends the next movement of item A in warehouse E.
func (f *floor) moves(kind schemas.MovementKind, quantity string, also ...func(*schemas.StockMovement)) {
	f.sequence["A@E"]++
	sim.Send(f.World, topics.Stock, "A@E", movement("A", "E", f.sequence["A@E"], kind, quantity, f.Now(), also...))
	f.Run()
}

func movement(item, warehouse string, sequence int64, kind schemas.MovementKind, quantity string, at time.Time, also ...func(*schemas.StockMovement)) *schemas.StockEvent {
	id := fmt.Sprintf("%s@%s-%d", item, warehouse, sequence)
	m := schemas.StockMovement{
		Meta:   schemas.Meta{EventID: id, Source: "wms-east", Sequence: &sequence, OccurredAt: at, RecordedAt: at},
		ItemID: item, WarehouseID: warehouse, Kind: kind, Quantity: schemas.MustQuantity(quantity), UOM: "EA",
	}
	for _, change := range also {
		change(&m)
	}
	return &schemas.StockEvent{Origin: schemas.Evidence{Topic: "wms.inventory", Offset: sequence, EventID: id}, Movement: m}
}

func forO1(lineNo int32) func(*schemas.StockMovement) {
	return func(m *schemas.StockMovement) { m.OrderID, m.LineNo = new("O1"), &lineNo }
}

func until(at time.Time) func(*schemas.StockMovement) {
	return func(m *schemas.StockMovement) { m.ExpiresAt = &at }
}

func cutAt(sequence int64) func(*schemas.StockMovement) {
	return func(m *schemas.StockMovement) { m.CutoffSequence = &sequence }
}

func in(uom string) func(*schemas.StockMovement) {
	return func(m *schemas.StockMovement) { m.UOM = uom }
}

func late(by time.Duration) func(*schemas.StockMovement) {
	return func(m *schemas.StockMovement) { m.Meta.RecordedAt = m.Meta.OccurredAt.Add(by) }
}

// asks sends what a line of an order asks of item A in warehouse E.
func (f *floor) asks(orderID string, committed, allocated string) {
	sim.Send(f.World, topics.Demand, "A@E", &schemas.Demand{
		OrderID: orderID, LineNo: 1, ItemID: "A", WarehouseID: "E", At: f.Now(),
		Committed: schemas.MustQuantity(committed), Allocated: schemas.MustQuantity(allocated),
	})
	f.Run()
}

// available is what is told of item A in warehouse E: on hand, allocated, reserved, committed, quarantined, to promise.
func (f *floor) available() string {
	a := sim.Latest(f.World, topics.Availability)["A@E"]
	if a == nil {
		return ""
	}
	return fmt.Sprint(a.OnHand, " ", a.Allocated, " ", a.Reserved, " ", a.Committed, " ", a.Quarantined, " ", a.AvailableToPromise)
}

func (f *floor) wants(t *testing.T, available string) {
	t.Helper()
	if got := f.available(); got != available {
		t.Fatalf("available %q, want %q", got, available)
	}
}

// open lists the classes of the conditions that stand.
func open(w *sim.World) map[string]*schemas.Condition {
	standing := map[string]*schemas.Condition{}
	for _, condition := range sim.Latest(w, topics.Conditions) {
		if condition.Kind == schemas.ConditionRaised {
			standing[condition.Class] = condition
		}
	}
	return standing
}

func (f *floor) wantsOpen(t *testing.T, classes ...string) {
	t.Helper()
	standing := open(f.World)
	for _, class := range classes {
		if standing[class] == nil {
			t.Fatalf("%s does not stand: %v", class, standing)
		}
	}
	if len(standing) != len(classes) {
		t.Fatalf("conditions that stand: %v, want %v", standing, classes)
	}
}

func TestDemandAloneMakesNoPosition(t *testing.T) {
	f := newFloor(t, 0)
	f.item("A")
	f.asks("O1", "5", "0")
	f.Advance(time.Hour)
	f.wants(t, "")
	f.wantsOpen(t)
	f.moves(schemas.MovementReceipt, "8")
	f.wants(t, "8 0 0 5 0 3")
}

func TestAvailabilityIsToldOnlyWhenItChanged(t *testing.T) {
	f := newFloor(t, 0)
	f.item("A")
	f.moves(schemas.MovementReceipt, "8")
	f.asks("O1", "5", "0")
	f.asks("O1", "5", "0")
	if told := sim.Read(f.World, topics.Availability); len(told) != 2 {
		t.Fatalf("told %d times, want 2", len(told))
	}
	f.asks("O1", "1", "4")
	f.wants(t, "8 4 0 1 0 3")
	f.asks("O1", "0", "0")
	f.wants(t, "8 0 0 0 0 8")
}

func TestOversoldAfterTheGraceTimeAndUntilThereIsEnough(t *testing.T) {
	f := newFloor(t, 0)
	f.item("A")
	f.moves(schemas.MovementReceipt, "3")
	f.asks("O1", "5", "0")
	f.Advance(5*time.Minute - time.Second)
	f.wantsOpen(t)
	f.Advance(time.Second)
	f.wantsOpen(t, conditions.Oversold)
	condition := open(f.World)[conditions.Oversold]
	if want := "item A in warehouse E: 2 EA more promised than there is (on hand 3, allocated 0, reserved 0, committed 5, quarantined 0)"; condition.Message != want {
		t.Errorf("message %q, want %q", condition.Message, want)
	}
	if *condition.ItemID != "A" || *condition.WarehouseID != "E" || condition.AmountAtRisk != nil || len(condition.Causes) != 1 {
		t.Errorf("condition %+v", condition)
	}
	f.asks("O2", "1", "0")
	if message := open(f.World)[conditions.Oversold].Message; !strings.Contains(message, "3 EA more promised") {
		t.Errorf("message %q is not true any more", message)
	}
	f.moves(schemas.MovementReceipt, "3")
	f.wants(t, "6 0 0 6 0 0")
	f.wantsOpen(t)
}

func TestAnOversellThatEndsWithinTheGraceTimeIsNotRaised(t *testing.T) {
	f := newFloor(t, 0)
	f.item("A")
	f.moves(schemas.MovementReceipt, "3")
	f.asks("O1", "5", "0")
	f.Advance(4 * time.Minute)
	f.asks("O1", "3", "0")
	f.asks("O2", "1", "0") // short again: the grace time begins anew
	f.Advance(4 * time.Minute)
	f.asks("O2", "0", "0")
	f.Advance(time.Hour)
	if told := sim.Read(f.World, topics.Conditions); len(told) != 0 {
		t.Fatalf("told %d conditions, want none", len(told))
	}
}

func TestOversellIsSuppressedVisiblyWhileTheWarehouseLags(t *testing.T) {
	f := newFloor(t, 0)
	f.item("A")
	f.moves(schemas.MovementReceipt, "3")
	f.asks("O1", "5", "0")
	f.Advance(time.Hour)
	f.wantsOpen(t, conditions.Oversold)
	f.moves(schemas.MovementIssue, "1", late(16*time.Minute)) // wms-east may lag 15 minutes
	f.Advance(time.Hour)
	f.wantsOpen(t)
	if a := sim.Latest(f.World, topics.Availability)["A@E"]; !a.Suppressed || a.SourceLagSeconds != 960 || a.AvailableToPromise >= 0 {
		t.Fatalf("availability %+v, want it to show the suppression", a)
	}
	f.moves(schemas.MovementReceipt, "1")
	f.wantsOpen(t)
	f.Advance(5 * time.Minute)
	f.wantsOpen(t, conditions.Oversold)
}

func TestReservationsHoldUntilTheyAreReleasedOrExpire(t *testing.T) {
	f := newFloor(t, 0)
	f.item("A")
	f.moves(schemas.MovementReceipt, "20")
	f.moves(schemas.MovementReserve, "5", forO1(1), until(start.Add(time.Hour)))
	f.moves(schemas.MovementReserve, "3", forO1(2))
	f.moves(schemas.MovementReserve, "1", until(start)) // over when it comes
	f.moves(schemas.MovementReserve, "2", until(start.Add(2*time.Hour)))
	f.wants(t, "20 0 10 0 0 10")
	f.moves(schemas.MovementRelease, "2", forO1(1))
	f.wants(t, "20 0 8 0 0 12")
	f.Advance(time.Hour)
	f.wants(t, "20 0 5 0 0 15")
	f.moves(schemas.MovementRelease, "4", forO1(1)) // expired: nothing is left to free
	f.moves(schemas.MovementRelease, "2")
	f.wants(t, "20 0 3 0 0 17")
	f.Advance(24 * time.Hour)
	f.wants(t, "20 0 3 0 0 17")
}

func TestACountIsAnExceptionByWhatIsNotInFlightUntilItIsAdjusted(t *testing.T) {
	f := newFloor(t, 0)
	f.item("A")
	f.moves(schemas.MovementReceipt, "100")
	f.moves(schemas.MovementIssue, "10")
	f.moves(schemas.MovementCount, "97", cutAt(1))
	f.wants(t, "87 0 0 0 0 87")
	f.wantsOpen(t, conditions.StockUnexplained)
	if cause := open(f.World)[conditions.StockUnexplained].Causes[0].EventID; cause != "A@E-3" {
		t.Errorf("caused by %s, want the count A@E-3", cause)
	}
	f.moves(schemas.MovementAdjust, "-3")
	f.wants(t, "87 0 0 0 0 87")
	f.wantsOpen(t)
}

func TestACountIsPlacedByTheMovementBeforeASequenceThatWasGivenUp(t *testing.T) {
	f := newFloor(t, 0)
	f.item("A")
	f.moves(schemas.MovementReceipt, "100")
	f.sequence["A@E"]++
	f.moves(schemas.MovementIssue, "10")
	f.moves(schemas.MovementCount, "100", cutAt(2))
	f.wants(t, "90 0 0 0 0 90")
	f.wantsOpen(t)
}

func TestACountCutOffBeyondReachIsNotTaken(t *testing.T) {
	stage := inventory.Stage(topics.Default(), inventory.Policy{OversellGrace: time.Minute, CountReach: 3})
	f := &floor{sim.New(t, sim.Options{Partitions: 2, Start: start}, stage), map[string]int64{}}
	f.item("A")
	for range 4 {
		f.moves(schemas.MovementReceipt, "10")
	}
	f.moves(schemas.MovementCount, "9", cutAt(1))
	f.wants(t, "40 0 0 0 0 40")
	f.wantsOpen(t, conditions.StockUnexplained)
	f.moves(schemas.MovementCount, "30", cutAt(3))
	f.wants(t, "40 0 0 0 0 40")
	f.wantsOpen(t)
}

func TestMovementsWaitInOrderForTheItemAndItsUnit(t *testing.T) {
	f := newFloor(t, 0)
	f.moves(schemas.MovementReceipt, "2", in("CS"))
	f.moves(schemas.MovementIssue, "4")
	f.asks("O1", "1", "0")
	f.wants(t, "")
	f.wantsOpen(t, conditions.UnknownReference)
	f.item("A")
	f.Run()
	f.wants(t, "")
	f.wantsOpen(t, conditions.UOMMismatch)
	f.item("B")
	f.item("A", schemas.ItemUOM{UOM: "CS", Numerator: 12, Denominator: 1})
	f.Run()
	f.wants(t, "20 0 0 1 0 19")
	f.wantsOpen(t)
	if waiting := f.Waiting(); waiting != 0 {
		t.Errorf("%d wait, want none", waiting)
	}
	f.moves(schemas.MovementIssue, "1", in("PAL"))
	f.moves(schemas.MovementIssue, "1")
	f.wants(t, "20 0 0 1 0 19")
	f.wantsOpen(t, conditions.UOMMismatch)
	f.item("A", schemas.ItemUOM{UOM: "CS", Numerator: 12, Denominator: 1}, schemas.ItemUOM{UOM: "PAL", Numerator: 10, Denominator: 1})
	f.Run()
	f.wants(t, "9 0 0 1 0 8")
	f.wantsOpen(t)
}
