package stream_test

import (
	"fmt"
	"math"
	"strings"
	"time"

	"waybill/state"
)

// The keys that moves choose from: empty ones, prefixes of each other, and bytes that keys escape.
var (
	warehouses = []string{"a", "", "ab", "a\x00", "\x00\x01", "z\xff"}
	articles   = []string{"x", "", "xy", "x\x00", "\x00", "\xff\xff"}
	numbers    = []int64{1, 0, -1, 2, math.MaxInt64, math.MinInt64}
	timerKeys  = []string{"plain", "", "again", "parent", "child", "cancels", "moves", "victim", "\x00"}
	ids        = []string{"i", "", "ij", "\x00"}
	awaited    = []string{"saw", "drills/", "drills/18V", "drills/12V", "empty/"}
	waiterKeys = []string{"w", "", "\x00\x01"}
)

// steps are the moves that a step makes. What a move sees is its text, which must be the same on every side.
var steps = []struct {
	name string
	make func(d draw) func(c capabilities) string
}{
	{"put stock", func(d draw) func(capabilities) string {
		row := stockRow{Warehouse: pick(d, "warehouse", warehouses), Item: pick(d, "item", articles), Note: strings.Repeat("n", d("note", 3)*200)}
		return func(c capabilities) string {
			put := row
			if before := c.getStock(row.key()); before != nil {
				put.Count = before.Count + 1
			}
			c.putStock(&put)
			return fmt.Sprint(put.Count)
		}
	}},
	{"put a line", func(d draw) func(capabilities) string {
		key := state.TextNumber{Text: pick(d, "order", warehouses), Number: pick(d, "number", numbers)}
		return func(c capabilities) string {
			row := lineRow{Order: key.Text, Number: key.Number}
			if before := c.getLine(key); before != nil {
				row.Notes = append(append(row.Notes, before.Notes...), "more")
			}
			c.putLine(&row)
			return fmt.Sprint(len(row.Notes))
		}
	}},
	{"delete stock", func(d draw) func(capabilities) string {
		key := state.TextPair{pick(d, "warehouse", warehouses), pick(d, "item", articles)}
		return func(c capabilities) string { c.deleteStock(key); return "" }
	}},
	{"delete a line", func(d draw) func(capabilities) string {
		key := state.TextNumber{Text: pick(d, "order", warehouses), Number: pick(d, "number", numbers)}
		return func(c capabilities) string { c.deleteLine(key); return "" }
	}},
	{"put and delete in one step", func(d draw) func(capabilities) string {
		row := stockRow{Warehouse: pick(d, "warehouse", warehouses), Item: pick(d, "item", articles), Note: "gone again"}
		again := d.chance("and put again", 2)
		return func(c capabilities) string {
			c.putStock(&row)
			c.deleteStock(row.key())
			if again {
				c.putStock(&row)
			}
			return fmt.Sprint(c.getStock(row.key()) != nil)
		}
	}},
	{"first rows of a range", func(d draw) func(capabilities) string {
		warehouse, atMost := pick(d, "warehouse", warehouses), 1+d("at most", 4)
		return func(c capabilities) string {
			return stockOf(c, warehouse, atMost) + linesOf(c, warehouse, atMost)
		}
	}},
	{"change rows while walking them", func(d draw) func(capabilities) string {
		warehouse, other := pick(d, "warehouse", warehouses), pick(d, "item", articles)
		return func(c capabilities) string {
			var seen strings.Builder
			c.eachStock(warehouse, func(row *stockRow) bool {
				fmt.Fprintf(&seen, "%q ", row.Item)
				c.deleteStock(row.key())
				c.putStock(&stockRow{Warehouse: warehouse, Item: row.Item + other, Note: "walked"})
				return len(row.Item) < 8
			})
			return seen.String()
		}
	}},
	{"see an id", func(d draw) func(capabilities) string {
		window, id, back, times := d("window", len(windowTimes)), pick(d, "id", ids), d("back", 40), 1+d("times", 20)
		return func(c capabilities) string {
			at := start
			if c.watermark().After(start) {
				at = c.watermark()
			}
			seen, back := "", back
			for range times {
				seen += fmt.Sprint(c.see(window, id, at.Add(time.Duration(-back)*10*time.Minute)))
				back++
			}
			return seen
		}
	}},
	{"move the watermark", func(d draw) func(capabilities) string {
		by := pick(d, "by", []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 7 * time.Hour, -2 * time.Hour, 40 * time.Hour, time.Microsecond})
		return func(c capabilities) string {
			at := start
			if !c.watermark().IsZero() {
				at = c.watermark()
			}
			c.observe(at.Add(by))
			return c.watermark().String()
		}
	}},
	{"set a timer", func(d draw) func(capabilities) string {
		kind, key := d("kind", timerKinds), pick(d, "key", timerKeys)
		by := pick(d, "by", []time.Duration{time.Minute, 0, time.Hour, -time.Hour, 5 * time.Hour, time.Microsecond})
		return func(c capabilities) string {
			at := c.now()
			if kind == deadline && !c.watermark().IsZero() {
				at = c.watermark()
			}
			c.setTimer(kind, key, at.Add(by))
			return ""
		}
	}},
	{"set a timer unless one stands", func(d draw) func(capabilities) string {
		kind, key, by := d("kind", timerKinds), pick(d, "key", timerKeys), time.Duration(d("by", 90))*time.Minute
		return func(c capabilities) string {
			c.setTimerIfNone(kind, key, c.now().Add(by))
			return ""
		}
	}},
	{"set timers due together", func(d draw) func(capabilities) string {
		by := time.Duration(d("by", 3)) * time.Minute
		return func(c capabilities) string {
			for kind := range timerKinds {
				for _, key := range timerKeys {
					c.setTimer(kind, key, c.now().Add(by))
				}
			}
			return ""
		}
	}},
	{"set a timer to when it is due", func(d draw) func(capabilities) string {
		kind, key := d("kind", timerKinds), pick(d, "key", timerKeys)
		return func(c capabilities) string {
			due, stands := c.dueTimer(kind, key)
			if stands {
				c.setTimer(kind, key, due)
			}
			return fmt.Sprint(stands)
		}
	}},
	{"cancel a timer", func(d draw) func(capabilities) string {
		kind, key := d("kind", timerKinds), pick(d, "key", timerKeys)
		return func(c capabilities) string { c.cancelTimer(kind, key); return "" }
	}},
	{"await reference data", func(d draw) func(capabilities) string {
		key, waiter := pick(d, "key", awaited), pick(d, "waiter", waiterKeys)
		return func(c capabilities) string { c.await(key, waiter); return c.item(key) }
	}},
	{"forgo reference data", func(d draw) func(capabilities) string {
		key, waiter := pick(d, "key", awaited), pick(d, "waiter", waiterKeys)
		return func(c capabilities) string { c.forgo(key, waiter); return "" }
	}},
	{"write outputs", func(d draw) func(capabilities) string {
		key, text := pick(d, "key", articles), pick(d, "text", []string{"one", "two", ""})
		return func(c capabilities) string { c.note(key, text); c.latest(key, text); return "" }
	}},
	{"put so much that tables are written", func(d draw) func(capabilities) string {
		seed, rows := d("seed", 1000), 10+d("rows", 30)
		return func(c capabilities) string {
			for i := range rows {
				c.putStock(&stockRow{Warehouse: "bulk", Item: fmt.Sprint((seed + i*7) % 50), Note: bulkText[seed+i : seed+i+300+(seed*i)%700]})
			}
			return ""
		}
	}},
}

// bulkText does not compress well.
var bulkText = func() string {
	var text strings.Builder
	for i := uint64(1); text.Len() < 3000; i++ {
		fmt.Fprintf(&text, "%x", i*0x9E3779B97F4A7C15)
	}
	return text.String()
}()

// readState is everything of a task's state that steps can read.
func readState(c capabilities) string {
	var text strings.Builder
	fmt.Fprintf(&text, "watermark %s\n", c.watermark())
	for _, warehouse := range warehouses {
		fmt.Fprintf(&text, "of %q: %s %s\n", warehouse, stockOf(c, warehouse, math.MaxInt), linesOf(c, warehouse, math.MaxInt))
		for _, item := range articles {
			if row := c.getStock(state.TextPair{warehouse, item}); row != nil {
				fmt.Fprintf(&text, "%+v ", *row)
			}
		}
		for _, number := range numbers {
			if row := c.getLine(state.TextNumber{Text: warehouse, Number: number}); row != nil {
				fmt.Fprintf(&text, "%q %d %d ", row.Order, row.Number, len(row.Notes))
			}
		}
	}
	for kind := range timerKinds {
		for _, key := range timerKeys {
			if due, stands := c.dueTimer(kind, key); stands {
				fmt.Fprintf(&text, "\ntimer %d %q %s", kind, key, due)
			}
		}
	}
	return text.String()
}

// readItems is the reference data.
func readItems(c capabilities) string {
	var text strings.Builder
	for _, key := range awaited {
		fmt.Fprintf(&text, "%q %q %q\n", key, c.item(key), c.itemsUnder(key))
	}
	return text.String()
}

// seeAll adds every id at every time to every window: what it finds is what the windows hold.
func seeAll(c capabilities) string {
	var text strings.Builder
	at := start
	if c.watermark().After(start) {
		at = c.watermark()
	}
	for window := range windowTimes {
		for _, id := range ids {
			for back := range 40 {
				fmt.Fprint(&text, c.see(window, id, at.Add(time.Duration(-back)*10*time.Minute)))
			}
			text.WriteByte('\n')
		}
	}
	return text.String()
}

func stockOf(c capabilities, warehouse string, atMost int) string {
	var text strings.Builder
	c.eachStock(warehouse, func(row *stockRow) bool {
		fmt.Fprintf(&text, "[%q %q %d %d]", row.Warehouse, row.Item, row.Count, len(row.Note))
		atMost--
		return atMost > 0
	})
	return text.String()
}

func linesOf(c capabilities, order string, atMost int) string {
	var text strings.Builder
	c.eachLine(order, func(row *lineRow) bool {
		fmt.Fprintf(&text, "[%q %d %d]", row.Order, row.Number, len(row.Notes))
		atMost--
		return atMost > 0
	})
	return text.String()
}
