package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"waybill/distributor"
	"waybill/outcome"
	"waybill/schemas"
	"waybill/topics"
)

// shared is a shipment of two orders: its event comes out as two records.
func shared() distributor.Event {
	return distributor.Event{Topic: topics.WmsShipments.Name(), Key: "S-1", Value: &schemas.Shipment{
		Meta: schemas.Meta{EventID: "s-1"}, ShipmentID: "S-1", Lines: []schemas.ShipmentLine{{OrderID: "O-1"}, {OrderID: "O-2"}, {OrderID: "O-2"}},
	}}
}

// compared is what is found of the shared shipment, written at offsets 0 and 1, when such canonical records were seen.
func compared(seen ...piece) string {
	in := &load{events: []distributor.Event{shared()}, from: map[place]int{}}
	for offset := range int64(2) {
		in.from[place{topics.WmsShipments.Name(), 0, offset}] = 0
	}
	out := &ledger{outcome: outcome.New(schemas.NewLocalRegistry()), pieces: map[piece]int{}}
	for _, one := range seen {
		out.pieces[one]++
	}
	found := &findings{}
	in.compare(out, found)
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", strings.Join(found.lost, ","), strings.Join(found.doubled, ","), strings.Join(found.torn, ",")))
}

func from(offset int64, order string) piece {
	return piece{place{topics.WmsShipments.Name(), 0, offset}, topics.Shipments.Name(), order}
}

func TestAnEventComesOutWholeAndOnceOrIsFound(t *testing.T) {
	for want, seen := range map[string][]piece{
		"":                                      {from(0, "O-1"), from(0, "O-2")},
		"s-1 of wms.shipments did not come out": nil,
		"s-1 of wms.shipments came out as 1 records of 2":               {from(0, "O-1")},
		"s-1 of wms.shipments came to o2c.shipments 2 times":            {from(0, "O-1"), from(0, "O-2"), from(0, "O-2")},
		"s-1 of wms.shipments came to o2c.shipments 2 times, by copies": {from(0, "O-1"), from(0, "O-2"), from(1, "O-2")},
	} {
		want, _, _ = strings.Cut(want, ", by")
		if got := compared(seen...); got != want {
			t.Errorf("of %v: %q, want %q", seen, got, want)
		}
	}
}

func TestABillThatComesTwiceIsFound(t *testing.T) {
	in, out, found := &load{}, &ledger{outcome: outcome.New(schemas.NewLocalRegistry())}, &findings{}
	out.outcome.Seen["bill-1"], out.outcome.Seen["bill-2"] = 1, 2
	in.compare(out, found)
	if !slices.Equal(found.doubled, []string{"bill-2 was emitted 2 times"}) {
		t.Errorf("found %v", found.doubled)
	}
}

func TestAZombieIsFencedWhenNothingOfItsTransactionsIsCommittedAndItsLogSaysSo(t *testing.T) {
	audit := newTold(t)
	audit.write(1, changelog)
	audit.end(changelog, false)
	audit.write(2, changelog)
	audit.end(changelog, true)
	s := &site{audit: audit.audit}
	said := `level=WARN msg=pausing error="INVALID_PRODUCER_EPOCH: …"`
	s.counts.watched = []zombie{
		{"a", map[string]transactionID{"fulfilment": {7, 1}}, said},
		{"b", map[string]transactionID{"fulfilment": {7, 1}}, ""},
		{"c", map[string]transactionID{"fulfilment": {7, 2}}, said},
	}
	s.judgeZombies()
	if !slices.Equal(s.counts.fenced, []string{"a"}) || len(s.counts.notFenced) != 2 {
		t.Errorf("fenced %v, not %v", s.counts.fenced, s.counts.notFenced)
	}
}

func TestAZombieIsTurnedAwayWhenABrokerSaysSoOrItGivesUpWhatItHadOpen(t *testing.T) {
	caught := map[string]transactionID{"fulfilment": {7, 1}}
	for line, want := range map[string]bool{
		`msg=pausing stage=tracker error="polling: UNKNOWN_MEMBER_ID: …"`:                                true,
		`msg=pausing stage=fulfilment error="retryable: committing an epoch: context deadline exceeded"`: true,
		`msg=pausing stage=tracker error="retryable: committing an epoch: context deadline exceeded"`:    false,
		`msg="task restored" stage=fulfilment partition=3`:                                               false,
	} {
		if got := turnedAway.MatchString(line) || gaveUp(line, caught); got != want {
			t.Errorf("%s: %t", line, got)
		}
	}
}
