package main

import (
	"encoding/csv"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"
)

// billed is what an order line should come to in the end, worked out from the tables without any of the converter's or the
// pipeline's code: cents as whole numbers of a rational.
type billed struct {
	customer string
	quantity string
	cents    int64
}

// line names an order line: order_id and the place of the line in its order, from 1.
type line struct {
	order string
	no    int
}

// expected is what is to be billed of each line of each shipped order; a line that is not there is not to be billed.
func expected(t *testing.T) map[line]billed {
	t.Helper()
	customers := map[string]string{} // of shipped orders
	for _, order := range columns(t, "orders", "order_id", "customer_id", "shipped_date") {
		if order[2] != "" {
			customers[order[0]] = order[1]
		}
	}
	all := map[line]billed{}
	places := map[string]int{}
	for _, detail := range columns(t, "order_details", "order_id", "quantity", "unit_price", "discount") {
		order := detail[0]
		places[order]++
		customer, shipped := customers[order]
		if !shipped {
			continue
		}
		quantity, unitPrice, discount := rational(t, detail[1]), twoPlaces(t, detail[2]), twoPlaces(t, detail[3])
		factor := new(big.Rat).Sub(big.NewRat(1, 1), discount)
		amount := new(big.Rat).Mul(quantity, new(big.Rat).Mul(unitPrice, factor))
		all[line{order, places[order]}] = billed{customer, detail[1], halfUp(amount.Mul(amount, big.NewRat(100, 1)))}
	}
	return all
}

// columns reads some columns of a table.
func columns(t *testing.T, table string, names ...string) [][]string {
	t.Helper()
	file, err := os.Open("data/" + table + ".csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range lines[0] {
		at[name] = i
	}
	var rows [][]string
	for _, cells := range lines[1:] {
		var wanted []string
		for _, name := range names {
			wanted = append(wanted, cells[at[name]])
		}
		rows = append(rows, wanted)
	}
	return rows
}

func rational(t *testing.T, text string) *big.Rat {
	t.Helper()
	value, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%q is not a number", text)
	}
	return value
}

// twoPlaces rounds to hundredths.
func twoPlaces(t *testing.T, text string) *big.Rat {
	t.Helper()
	value := rational(t, text)
	return big.NewRat(halfUp(value.Mul(value, big.NewRat(100, 1))), 100)
}

// halfUp rounds a positive number to a whole one.
func halfUp(value *big.Rat) int64 {
	doubledPlusOne := new(big.Rat).Add(new(big.Rat).Mul(value, big.NewRat(2, 1)), big.NewRat(1, 1))
	half := new(big.Rat).Quo(doubledPlusOne, big.NewRat(2, 1))
	return new(big.Int).Div(half.Num(), half.Denom()).Int64()
}

func TestExpectedSumsAreThoseOfTheSampleDatabase(t *testing.T) {
	lines := expected(t)
	orders, cents := map[string]bool{}, int64(0)
	for at, line := range lines {
		orders[at.order] = true
		cents += line.cents
	}
	if len(lines) != 2_082 || len(orders) != 809 || cents != 1_239_855_85 {
		t.Errorf("%d lines of %d shipped orders come to %d cents; 2082 lines of 809 orders come to 123985585", len(lines), len(orders), cents)
	}
}

func TestConverterKeepsEachPriceExactly(t *testing.T) {
	for _, c := range []struct{ price, discount, want string }{
		{"14", "0", "14.00"},
		{"9.80000019", "0", "9.80"},
		{"9.80000019", "0.150000006", "8.33"},
		{"7.69999981", "0.0500000007", "7.315"},
		{"2.5", "0.0299999993", "2.425"},
		{"21.3500004", "0.150000006", "18.1475"},
		{"263.5", "0.25", "197.625"},
	} {
		price, err := discounted(c.price, c.discount)
		if err != nil || price.String() != c.want {
			t.Errorf("%s less %s is %s (%v), want %s", c.price, c.discount, price, err, c.want)
		}
	}
}

func TestConverterWritesMasterDataThenOrdersThenShipments(t *testing.T) {
	var out strings.Builder
	if err := write(&out, 0, 0); err != nil {
		t.Fatal(err)
	}
	var order []string
	counts := map[string]int{}
	for text := range strings.Lines(out.String()) {
		topic := strings.Split(text, `"`)[3]
		if counts[topic]++; counts[topic] == 1 {
			order = append(order, topic)
		}
	}
	var got []string
	for _, topic := range order {
		got = append(got, topic+" "+strconv.Itoa(counts[topic]))
	}
	const want = "master.warehouses 1, master.customers 91, master.items 77, master.prices 77, wms.inventory 77, commerce.orders 830, wms.shipments 809"
	if strings.Join(got, ", ") != want {
		t.Errorf("wrote %s\nwant  %s", strings.Join(got, ", "), want)
	}
}

func TestShuffledAndDoubledLinesAreTheSameLinesInAnotherOrder(t *testing.T) {
	lines := func(seed uint64, double int) (sequence []string, times map[string]int) {
		t.Helper()
		var out strings.Builder
		if err := write(&out, seed, double); err != nil {
			t.Fatal(err)
		}
		times = map[string]int{}
		for text := range strings.Lines(out.String()) {
			sequence = append(sequence, text)
			times[text]++
		}
		return sequence, times
	}
	straight, once := lines(0, 0)
	random, times := lines(7, 30)
	if len(times) != len(once) {
		t.Errorf("%d different lines, want %d", len(times), len(once))
	}
	for text, n := range times {
		if once[text] != 1 || n > 2 {
			t.Errorf("%d times, and %d times in the plain file: %s", n, once[text], text)
		}
	}
	if share := float64(len(random))/float64(len(straight)) - 1; share < 0.25 || share > 0.35 {
		t.Errorf("%.2f of the lines are doubled, want about 0.30", share)
	}
	inPlace := 0
	for i, text := range straight {
		if random[i] == text {
			inPlace++
		}
	}
	if inPlace > len(straight)/100 {
		t.Errorf("%d of %d lines kept their place", inPlace, len(straight))
	}
	if again, _ := lines(7, 30); strings.Join(again, "") != strings.Join(random, "") {
		t.Error("the same seed gave another file")
	}
}
