package inventory

import (
	"testing"
	"time"

	"waybill/schemas"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const carried schemas.Quantity = 1_000_000_000_000_000_000 - 1 // what the contract's decimal can carry

func quantity(text string) schemas.Quantity { return schemas.MustQuantity(text) }

func TestEachKindOfMovementChangesWhatItSays(t *testing.T) {
	for _, c := range []struct {
		kind                         schemas.MovementKind
		quantity                     string
		onHand, quarantined, promise string
	}{
		{schemas.MovementReceipt, "4", "14", "2", "12"},
		{schemas.MovementIssue, "4", "6", "2", "4"},
		{schemas.MovementTransferIn, "0.5", "10.5", "2", "8.5"},
		{schemas.MovementTransferOut, "0.5", "9.5", "2", "7.5"},
		{schemas.MovementAdjust, "3", "13", "2", "11"},
		{schemas.MovementAdjust, "-3", "7", "2", "5"},
		{schemas.MovementQuarantine, "5", "10", "7", "3"},
		{schemas.MovementQuarantine, "-1", "10", "1", "9"},
		{schemas.MovementQuarantine, "-5", "10", "0", "10"},
	} {
		p := Position{OnHand: quantity("10"), Quarantined: quantity("2"), Stocked: true}
		p.move(c.kind, quantity(c.quantity))
		a := p.availability(0)
		if a.OnHand != quantity(c.onHand) || a.Quarantined != quantity(c.quarantined) || a.AvailableToPromise != quantity(c.promise) {
			t.Errorf("%s %s: on hand %s, quarantined %s, to promise %s; want %s, %s, %s",
				c.kind, c.quantity, a.OnHand, a.Quarantined, a.AvailableToPromise, c.onHand, c.quarantined, c.promise)
		}
	}
}

func TestAvailableToPromiseTakesOffAllThatIsSpokenFor(t *testing.T) {
	p := Position{OnHand: quantity("100"), Allocated: quantity("20"), Reserved: quantity("5"), Committed: quantity("70"), Quarantined: quantity("6.5")}
	if got := p.availability(0).AvailableToPromise; got != quantity("-1.5") {
		t.Fatalf("available to promise is %s, want -1.5", got)
	}
}

func TestAbsurdQuantitiesStayWithinWhatCanBeWritten(t *testing.T) {
	p := Position{}
	for range 30 {
		p.move(schemas.MovementReceipt, carried)
	}
	if p.OnHand != carried {
		t.Errorf("on hand is %s, want it to stay at %s", p.OnHand, carried)
	}
	p = Position{OnHand: -carried, Allocated: carried, Reserved: carried, Committed: carried, Quarantined: carried}
	if got := p.availability(0).AvailableToPromise; got != -carried {
		t.Errorf("available to promise is %s, want it to stay at %s", got, -carried)
	}
}

func TestASourceThatLagsBeyondItsBoundSuppressesOversell(t *testing.T) {
	for _, c := range []struct {
		recorded   time.Time
		bound      time.Duration
		lag        int64
		suppressed bool
	}{
		{noon.Add(15 * time.Minute), 15 * time.Minute, 900, false},
		{noon.Add(15*time.Minute + time.Second), 15 * time.Minute, 901, true},
		{noon.Add(24 * time.Hour), 0, 86400, false}, // no bound is known
		{noon.Add(-time.Hour), time.Minute, 0, false},
		{time.Time{}, time.Minute, 0, false},
	} {
		p := Position{Committed: quantity("1")}
		p.note(movement{StockMovement: &schemas.StockMovement{Meta: schemas.Meta{OccurredAt: noon, RecordedAt: c.recorded}}, sequence: 1})
		a := p.availability(c.bound)
		if a.SourceLagSeconds != c.lag || a.Suppressed != c.suppressed || oversell(a) == c.suppressed {
			t.Errorf("recorded %s, bound %s: lag %d, suppressed %t, oversell %t", c.recorded, c.bound, a.SourceLagSeconds, a.Suppressed, oversell(a))
		}
	}
}

func TestDemandOfALineTakesThePlaceOfItsEarlierDemand(t *testing.T) {
	p := Position{}
	first := &schemas.Demand{Committed: quantity("5"), At: noon}
	p.demand(nil, first)
	p.demand(nil, &schemas.Demand{Committed: quantity("1"), Allocated: quantity("1"), At: noon.Add(time.Hour)})
	p.demand(first, &schemas.Demand{Committed: quantity("2"), Allocated: quantity("3"), At: noon.Add(time.Minute)})
	if p.Committed != quantity("3") || p.Allocated != quantity("4") || !p.AsOf.Equal(noon.Add(time.Hour)) {
		t.Fatalf("committed %s, allocated %s as of %s", p.Committed, p.Allocated, p.AsOf)
	}
}

func TestQuantitiesConvertExactlyOrNotAtAll(t *testing.T) {
	item := &schemas.Item{ItemID: "A", BaseUOM: "EA", UOMs: []schemas.ItemUOM{
		{UOM: "CS", Numerator: 12, Denominator: 1}, {UOM: "THIRD", Numerator: 1, Denominator: 3}, {UOM: "VOID", Numerator: 1},
	}}
	for _, c := range []struct {
		quantity, uom, want string
	}{
		{"7", "EA", "7"},
		{"2.5", "CS", "30"},
		{"-2", "CS", "-24"},
		{"6", "THIRD", "2"},
		{"1", "THIRD", ""},
		{"1", "VOID", ""},
		{"1", "PAL", ""},
		{"100000000000", "CS", ""},
	} {
		got, ok := inBase(item, quantity(c.quantity), c.uom)
		if ok != (c.want != "") || ok && got != quantity(c.want) {
			t.Errorf("%s %s: %s, %t; want %q", c.quantity, c.uom, got, ok, c.want)
		}
	}
}
