package tracker

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// story is an order with all that can happen to it, by source: what one source says comes in its order, sources come in any.
func story() [][]event {
	return [][]event{
		{item("A")}, {item("B")},
		{
			placed(1, begun, "1:2:A:CASE:30", "2:4:A:EA:2.50", "3:1:B:EA:7", "4:6:B:CASE"),
			placed(5, schemas.OrderChanged, "1:3:A:CASE:30", "2:4:A:EA:2.50!", "4:6:B:CASE", "5:1:A:EA:9"),
		},
		{accepts(2, schemas.Accepted, "1:24:A:EA:2", "2:4:A:EA:2"), accepts(6, schemas.AcceptanceChanged, "1:30:A:EA:2", "5:1:A:EA:8!")},
		{ships("S-1", 3, "allocated 1:24 4:6:B:CASE"), ships("S-1", 7, "shipped 1:2:A:CASE 4:50:B"), ships("S-1", 9, "delivered 1:2:A:CASE 4:40:B")},
		{ships("S-2", 4, "packed 1:12"), ships("S-2", 8, "cancelled")},
		{ships("S-3", 4, "shipped 2:4:B"), ships("S-3", 8, "returned 2:4:B")},
		{bills("b-1", 7, "60", "1:24")}, {bills("b-2", 8, "-60", "1:-24")}, {bills("b-3", 8, "55", "1:22")}, {bills("b-4", 9, "10", "4:5:B:CASE")},
		{invoices("I-1", 10, invoice, "", "1:22 4:50:B"), invoices("I-1", 11, invoice, "", "1:22")},
		{invoices("I-2", 10, invoice, "", "4:50:B")}, {invoices("M-1", 12, memo, "I-1", "1:2")},
		{invoices("I-3", 10, invoice, "", "2:4:B")}, {invoices("X-3", 12, cancels, "I-3", "")},
		{receivable("I-1", schemas.ReceivableOpen, false), receivable("I-1", schemas.ReceivableDisputed, true, 1), receivable("I-1", schemas.ReceivablePaid, false)},
		{receivable("I-2", schemas.ReceivableOpen, false), receivable("I-2", schemas.ReceivableDisputed, true)},
		{excepted("ex-1", "unreadable", 0, schemas.ExceptionOpen, "a"), excepted("ex-1", "unreadable", 0, schemas.ExceptionAssigned, "b")},
		{excepted("ex-2", "over_shipped", 4, schemas.ExceptionOpen, "c")},
		{excepted("ex-3", "over_shipped", 1, schemas.ExceptionOpen, "d"), excepted("ex-3", "over_shipped", 1, schemas.ExceptionResolved, "d")},
	}
}

func TestTheSameStatusWhateverComesFirst(t *testing.T) {
	want := play(t, 0)
	var lines []string
	for _, l := range want.Lines {
		lines = append(lines, line(l))
	}
	told := []string{
		"1 A EA paid 36/30 24/24/24/24/24 22/20",
		"2 A(B) EA shipped 4/0 4/4/4/4/0 −4 0/0",
		"3 B EA cancelled 1/0 0/0/0/0/0 0/0",
		"4 B CASE disputed 6/0 5/5/5/5/4 5/5",
		"5 A EA cancelled 1/0 0/0/0/0/0 0/0",
	}
	if !slices.Equal(lines, told) {
		t.Fatalf("\n got %q\nwant %q", lines, told)
	}
	for seed := uint64(1); seed <= 200; seed++ {
		if got := play(t, seed); !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d:\n got %+v\nwant %+v", seed, got, want)
		}
	}
}

// play tells the story in the order of the seed, with epochs of its drawing and some crashes; seed 0 tells it source by
// source.
func play(t *testing.T, seed uint64) *schemas.OrderState {
	t.Helper()
	w := newWorld(t, seed)
	var random *rand.Rand
	if seed > 0 {
		random = rand.New(rand.NewPCG(seed, 7))
	}
	for tell := range sim.Interleave(random, story()) {
		tell(w)
		if seed > 0 && random.IntN(4) == 0 {
			w.Run()
		}
		if seed > 0 && random.IntN(10) == 0 {
			w.Crash()
		}
	}
	w.Run()
	latest := sim.Latest(w, topics.OrderStatus)
	if orders := slices.Collect(maps.Keys(latest)); len(orders) != 1 {
		t.Fatalf("seed %d: orders %q", seed, orders)
	}
	return latest["O-1"]
}
