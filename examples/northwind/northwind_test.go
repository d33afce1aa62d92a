package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"testing"
	"time"

	"waybill/outcome"
	"waybill/processors"
	"waybill/schemas"
	"waybill/stream/sim"
	"waybill/topics"
)

// play writes what the converter writes, plays it into all stages, and tells what came out.
func play(t *testing.T, seed uint64, percentDoubled int) (*sim.World, *outcome.Outcome) {
	t.Helper()
	world := sim.New(t, sim.Options{Seed: seed}, processors.Stages(topics.Default())...)
	var file bytes.Buffer
	if err := write(&file, seed, percentDoubled); err != nil {
		t.Fatal(err)
	}
	lines := json.NewDecoder(&file)
	for {
		var line struct {
			Topic string
			Key   string
			Value json.RawMessage
		}
		if err := lines.Decode(&line); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		value, err := schemas.EncodeJSON(t.Context(), world.Registry(), line.Topic, "", line.Value)
		if err != nil {
			t.Fatalf("%s %s: %v", line.Topic, line.Key, err)
		}
		world.SendRaw(line.Topic, []byte(line.Key), value)
	}
	world.Run()

	out := outcome.New(world.Registry())
	for _, topic := range outcome.Topics() {
		for _, record := range world.Records(topic) {
			if err := out.Take(context.Background(), topic, record.Key, record.Value); err != nil {
				t.Fatal(err)
			}
		}
	}
	return world, out
}

// checkBilled compares what was billed of each order line with the sums that were worked out from the tables alone.
func checkBilled(t *testing.T, out *outcome.Outcome) {
	t.Helper()
	want := expected(t)
	var total schemas.Amount
	for at, net := range out.Billed {
		total += net.Amount
		due, ok := want[line{at.OrderID, int(at.LineNo)}]
		if !ok {
			t.Errorf("order %s line %d is billed %s, and was not shipped", at.OrderID, at.LineNo, net.Amount)
			continue
		}
		delete(want, line{at.OrderID, int(at.LineNo)})
		if int64(net.Amount) != due.cents*100 || net.Quantity.String() != due.quantity || at.Currency != currency {
			t.Errorf("order %s line %d is billed %s for %s %s, want %s for %d cents", at.OrderID, at.LineNo, net.Quantity, net.Amount, at.Currency, due.quantity, due.cents)
		}
	}
	for at, due := range want {
		t.Errorf("order %s line %d is not billed, %d cents are due", at.order, at.no, due.cents)
	}
	if total.String() != "1239855.85" {
		t.Errorf("%s is billed in all, want 1239855.85", total)
	}
	if doubled := out.Doubled(); len(doubled) > 0 {
		t.Errorf("bills that came more than once: %v", doubled)
	}
}

func TestNorthwindIsBilledLineByLineAsItsTablesSay(t *testing.T) {
	world, out := play(t, 0, 0)
	checkBilled(t, out)
	if n := len(sim.Read(world, topics.InvoiceReady)); n != 809 {
		t.Errorf("%d bills, want one for each of 809 shipments", n)
	}
	if letters := world.Records(topics.DeadLetters); len(letters) > 0 {
		t.Errorf("%d events cannot be read, the first is %s of %s", len(letters), letters[0].Key, letters[0].Headers)
	}
}

func TestNorthwindShuffledAndDoubledComesToTheSame(t *testing.T) {
	_, straight := play(t, 0, 0)
	for _, seed := range []uint64{1, 2} {
		_, shuffled := play(t, seed, 30)
		checkBilled(t, shuffled)
		if difference := outcome.Difference(straight.String(), shuffled.String()); difference != "" {
			t.Errorf("seed %d: what came out differs:\n%.2000s", seed, difference)
		}
	}
}

// Of what is in stock the unshipped orders take more than there is of some products: worked out from the tables.
func oversold(t *testing.T) []string {
	t.Helper()
	left := map[string]int{}
	for _, product := range columns(t, "products", "product_id", "units_in_stock") {
		left[product[0]] = number(t, product[1])
	}
	orders := unshipped(t)
	for _, detail := range columns(t, "order_details", "order_id", "product_id", "quantity") {
		if slices.Contains(orders, detail[0]) {
			left[detail[1]] -= number(t, detail[2])
		}
	}
	var short []string
	for product, quantity := range left {
		if quantity < 0 {
			short = append(short, product)
		}
	}
	slices.Sort(short)
	return short
}

func number(t *testing.T, text string) int {
	t.Helper()
	value, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestOnlyWhatIsPromisedBeyondTheStockAndWhatNeverShippedAreExceptions(t *testing.T) {
	world, _ := play(t, 0, 0)
	if early := sim.Read(world, topics.Exceptions); len(early) > 0 {
		t.Errorf("%d exceptions before the grace time has passed, the first is %s", len(early), early[0].Value.Message)
	}
	world.Advance(12 * time.Hour) // in a day ERP, which Northwind has none of, is late with its invoices
	var items, late []string
	for _, exception := range sim.Read(world, topics.Exceptions) {
		switch exception.Value.Class {
		case "oversold":
			items = append(items, *exception.Value.ItemID)
		case "overdue_shipment":
			late = append(late, *exception.Value.OrderID)
		default:
			t.Errorf("exception %s: %s", exception.Value.Class, exception.Value.Message)
		}
	}
	slices.Sort(late)
	if want := slices.Sorted(slices.Values(unshipped(t))); !slices.Equal(late, want) {
		t.Errorf("overdue are orders %v, want %v", late, want)
	}
	slices.Sort(items)
	if want := oversold(t); !slices.Equal(items, want) {
		t.Errorf("oversold are items %v, want %v", items, want)
	}
}

// unshipped are the 21 orders of which nothing was shipped.
func unshipped(t *testing.T) []string {
	t.Helper()
	var orders []string
	for _, order := range columns(t, "orders", "order_id", "shipped_date") {
		if order[1] == "" {
			orders = append(orders, order[0])
		}
	}
	return orders
}

func TestNothingOfAnUnshippedOrderIsBilled(t *testing.T) {
	world, _ := play(t, 3, 10)
	orders := unshipped(t)
	if len(orders) != 21 {
		t.Fatalf("%d orders are not shipped, want 21", len(orders))
	}
	for _, bill := range sim.Read(world, topics.InvoiceReady) {
		if slices.Contains(orders, bill.Value.OrderID) {
			t.Errorf("order %s is billed %s", bill.Value.OrderID, bill.Value.Total)
		}
	}
	waiting := 0
	for _, state := range latest(world) {
		if slices.Contains(orders, state.OrderID) && state.Billed == 0 {
			waiting++
		}
	}
	if waiting != len(orders) {
		t.Errorf("%d of %d unshipped orders have a status that says so", waiting, len(orders))
	}
}

// latest is the newest status of each order.
func latest(world *sim.World) map[string]*schemas.OrderState {
	newest := map[string]*schemas.OrderState{}
	for _, sent := range sim.Read(world, topics.OrderStatus) {
		newest[sent.Key] = sent.Value
	}
	return newest
}
