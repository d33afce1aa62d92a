package intake

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

// arrival is one record on its way in. Records of a monotonic or dense entity may come in any order, and more than once.
type arrival func(w world)

// day is what the sources send in a day: good, broken, missing and foreign.
func day() []arrival {
	var records []arrival
	for sequence, orders := range [][]string{{"O1"}, {"O1", "O2"}, {"O1", "O2"}, {"O2", "O3"}, {"O2", "O3"}} {
		// Event 3 comes broken first and good later; all of them are of interleaved entities.
		shipment := aShipment("S1", int64(sequence+1), schemas.MilestonePicked, orders...)
		records = append(records, func(w world) { send(w, shipment) })
		if sequence == 2 {
			records = append(records, func(w world) { w.SendRaw("wms.shipments", []byte("S1"), foreignBytes(w, shipment, theirs...)) })
		}
	}
	for _, sequence := range []int64{1, 2, 5, 6, 9} { // 3, 4, 7 and 8 never come
		shipment := aShipment("S2", sequence, schemas.MilestonePicked, "O1", fmt.Sprintf("O2%d", sequence))
		records = append(records, func(w world) { send(w, shipment) })
	}
	for _, sequence := range []int64{1, 3, 4} { // 2 is unreadable, 5 to 6 never come
		order := anOrder("O1", sequence)
		records = append(records, func(w world) { send(w, order) })
	}
	records = append(records, func(w world) {
		w.SendRaw("commerce.orders", []byte("O1"), foreignBytes(w, anOrder("O1", 2), theirs...))
	})
	records = append(records, func(w world) { send(w, anOrder("O1", 7)) })
	for _, position := range []int64{10, 20, 30} {
		records = append(records, func(w world) { send(w, anAcceptance("O1", position)) })
	}
	for _, position := range []int64{25, 35} { // the first is superseded
		bad := anAcceptance("O1", position)
		bad.Currency = "€"
		records = append(records, func(w world) { send(w, bad) })
	}
	for position, invoices := range [][]string{{"I1"}, {"I1", "I2"}, {"I2"}} {
		payment := aPayment("P1", int64(position), invoices...)
		records = append(records, func(w world) { send(w, payment) })
	}
	for position, item := range []string{"A", "B", "C"} {
		price := aPrice(int64(position), item)
		records = append(records, func(w world) { send(w, price) })
	}
	foreign := anOrder("O2", 1)
	foreign.Meta.Source = "wms-east"
	return append(records,
		func(w world) { send(w, foreign) },
		func(w world) { send(w, anOrder("O2", 1)) },
		func(w world) { w.SendRaw("wms.shipments", []byte("S1"), []byte("?")) },
		func(w world) {
			w.SendRaw("wms.shipments", nil, bytesOf(w, aShipment("S9", 1, schemas.MilestonePicked, "O9")))
		},
		func(w world) { send(w, aCommand("K1", noon)) },
	)
}

// played is what stands in the end: everything that must not depend on the order of arrival.
func played(t *testing.T, records []arrival, random *rand.Rand, worldSeed uint64) string {
	t.Helper()
	w := newWorld(t, worldSeed)
	for _, send := range records {
		send(w)
		switch random.IntN(12) {
		case 0, 1, 2:
			w.Run()
		case 3:
			w.Advance(deadline / 7)
		case 4:
			w.Crash()
		}
	}
	w.Run()
	w.Advance(10 * deadline)
	var told []string
	for _, order := range []string{"O1", "O2", "O3", "O9", "O21", "O22"} {
		told = append(told, order+" shipments "+carried(w.shipments(order)))
	}
	for _, order := range []string{"O1", "O2"} {
		told = append(told, order+" orders "+settled(w.orders(order)))
	}
	payments := map[string]string{}
	for _, sent := range sim.Read(w.World, topics.Billing) {
		payments[sent.Key] = fmt.Sprintf("%s paid %d times", sent.Key, len(sent.Value.Payment.Applications))
	}
	for key, price := range sim.Latest(w.World, topics.Prices) {
		payments["price"+key] = key + " of " + price.ItemID
	}
	var ids []string
	for id, condition := range w.raised() {
		order := ""
		if condition.OrderID != nil {
			order = *condition.OrderID
		}
		ids = append(ids, id+" "+order+" "+condition.Message)
	}
	slices.Sort(ids)
	told = append(told, strings.Join(values(withoutUnpaid(payments)), "\n"), w.held(), strings.Join(ids, "\n"), fmt.Sprint(len(sim.Read(w.World, topics.Actions)), " actions"))
	return strings.Join(told, "\n")
}

// withoutUnpaid leaves out invoices that a payment settled for a while: whether they ever heard of it is a matter of order.
func withoutUnpaid(payments map[string]string) map[string]string {
	for key, text := range payments {
		if strings.HasSuffix(text, "paid 0 times") {
			delete(payments, key)
		}
	}
	return payments
}

// carried is w.shipments by shipment: within each the sequence of events stays, between them any order will do.
func carried(sent string) string {
	words := strings.Fields(sent)
	slices.SortStableFunc(words, func(a, b string) int { return strings.Compare(a[:2], b[:2]) })
	return strings.Join(words, " ")
}

// settled is w.orders: the order's own events, and the last of ERP's.
func settled(sent string) string {
	var own []string
	last := ""
	for _, word := range strings.Fields(sent) {
		if strings.HasPrefix(word, "@") {
			last = word
			continue
		}
		own = append(own, word)
	}
	return strings.Join(append(own, last), " ")
}

func TestAnyOrderOfArrivalAnyDuplicatesAndCrashesEndTheSame(t *testing.T) {
	want := played(t, day(), rand.New(rand.NewPCG(0, 0)), 0)
	for _, part := range []string{
		"O1 shipments S1#1:1 S1#2:1 S1#3:1 S1#4:0 S2#1:1 S2#2:1", "O2 shipments S1#2:1 S1#3:1 S1#4:1 S1#5:1", "O3 shipments S1#4:1 S1#5:1",
		"O1 orders 1 @30", "O2 orders 1 ", "I2 paid 1 times", "C/P1 of C",
		"event 3 of shipment S2 is missing", "event 5 of order O1 is missing", "event 2 of order O1 from b2b-shop cannot be taken", "event 35 of accepted order O1",
		"1 actions",
	} {
		if !strings.Contains(want, part) {
			t.Fatalf("the day ends without %q:\n%s", part, want)
		}
	}
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 7))
		var records []arrival
		for _, record := range day() {
			for range 1 + random.IntN(3) {
				records = append(records, record)
			}
		}
		random.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		if got := played(t, records, random, seed+1); got != want {
			t.Fatalf("seed %d:\n%s\nwant\n%s", seed, got, want)
		}
	}
}
