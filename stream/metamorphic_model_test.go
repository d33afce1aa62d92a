package stream_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"waybill/state"
	"waybill/stream"
)

// capabilities are what a move of the metamorphic test can do in a step. The kernel's step offers them (see ledger), and
// so does model.
type capabilities interface {
	now() time.Time
	observe(at time.Time)
	watermark() time.Time

	getStock(key state.TextPair) *stockRow
	putStock(row *stockRow)
	deleteStock(key state.TextPair)
	// eachStock walks the rows of a warehouse, of all where it is nil, until yield ends it.
	eachStock(warehouse string, yield func(*stockRow) bool)
	getLine(key state.TextNumber) *lineRow
	putLine(row *lineRow)
	deleteLine(key state.TextNumber)
	eachLine(order string, yield func(*lineRow) bool)

	see(window int, id string, at time.Time) stream.Sighting

	setTimer(kind int, key string, due time.Time)
	setTimerIfNone(kind int, key string, due time.Time)
	cancelTimer(kind int, key string)
	dueTimer(kind int, key string) (time.Time, bool)

	item(key string) string // its description; empty when there is none
	itemsUnder(prefix string) []string
	await(key, waiter string)
	forgo(key, waiter string)

	note(key, text string)   // every one is written
	latest(key, text string) // the newest of an epoch and key is written; an empty text deletes
}

// The numbers of the timers' kinds; of two kinds with one clock the same keys are used.
const (
	deadline = iota // event time
	reminder        // wall clock
	retry           // wall clock
	timerKinds
)

// The windows' buckets, and how long they are kept.
var windowTimes = [...]struct{ bucket, keep time.Duration }{{time.Hour, 2 * time.Hour}, {10 * time.Minute, 10 * time.Minute}}

// fired is the step of every timer: what it does follows from its key.
func fired(c capabilities, kind int, key string) {
	count(c, "fired", fmt.Sprint(kind, key))
	c.note(key, fmt.Sprintf("fired %d", kind))
	clock := c.now()
	if kind == deadline {
		clock = c.watermark()
	}
	switch key {
	case "again":
		c.setTimer(kind, key, clock.Add(10*time.Minute))
	case "parent":
		c.setTimer(kind, "child", clock.Add(-time.Minute))
	case "cancels":
		c.cancelTimer(kind, "victim")
	case "moves":
		c.setTimer(kind, "victim", clock.Add(time.Hour))
	}
}

// woken is the step of every waiter.
func woken(c capabilities, waiter string) {
	count(c, "woken", waiter)
	c.note(waiter, "woken")
}

func count(c capabilities, warehouse, item string) {
	row := stockRow{Warehouse: warehouse, Item: item}
	if before := c.getStock(state.TextPair{warehouse, item}); before != nil {
		row = *before
	}
	row.Count++
	c.putStock(&row)
}

// model is what a task's state is to be: maps, and rules written from what the kernel's documentation says.
type model struct {
	stock   map[state.TextPair]stockRow
	lines   map[state.TextNumber]lineRow
	seen    map[sighted]bool
	timers  map[standing]time.Time
	waiting map[awaiting]bool
	mark    time.Time // the watermark

	// What is not part of the state:
	clock   time.Time
	items   map[string]string // shared by all models of a world: reference data is no part of an epoch
	arrived map[string]bool   // awaited keys whose waiters are to be woken
	notes   []string
	newest  map[string]string
}

type (
	sighted struct {
		window int
		bucket int64
		id     string
	}
	standing struct {
		kind int
		key  string
	}
	awaiting struct{ key, waiter string }
)

func newModel(items map[string]string) *model {
	return &model{
		stock: map[state.TextPair]stockRow{}, lines: map[state.TextNumber]lineRow{}, seen: map[sighted]bool{}, timers: map[standing]time.Time{},
		waiting: map[awaiting]bool{}, items: items, arrived: map[string]bool{}, newest: map[string]string{},
	}
}

// begin is a copy of the state, for an epoch. Whose reference data is there is woken, as it may have come in between.
func (m *model) begin() *model {
	next := newModel(m.items)
	next.stock, next.lines, next.seen = maps.Clone(m.stock), maps.Clone(m.lines), maps.Clone(m.seen)
	next.timers, next.waiting, next.mark = maps.Clone(m.timers), maps.Clone(m.waiting), m.mark
	for waiter := range m.waiting {
		_, there := m.items[waiter.key]
		if there || strings.HasSuffix(waiter.key, "/") && len(m.itemsUnder(waiter.key)) > 0 {
			next.arrived[waiter.key] = true
		}
	}
	return next
}

// outputs are what the epoch writes, sorted: the order of wakes and timers that are due together is nobody's to rely on.
func (m *model) outputs() []string {
	written := slices.Clone(m.notes)
	for key, text := range m.newest {
		written = append(written, fmt.Sprintf("latest %q %q", key, text))
	}
	slices.Sort(written)
	return written
}

// runDue runs the timers that are due: event time first, earliest first. What those set is due behind them.
func (m *model) runDue(now time.Time) (ran int) {
	m.clock = now
	for _, kinds := range [][]int{{deadline}, {reminder, retry}} {
		for {
			limit := now
			if kinds[0] == deadline {
				limit = m.mark
			}
			var due []standing
			for timer, at := range m.timers {
				if slices.Contains(kinds, timer.kind) && !limit.IsZero() && !at.After(limit) {
					due = append(due, timer)
				}
			}
			if len(due) == 0 {
				break
			}
			was := maps.Clone(m.timers)
			slices.SortFunc(due, func(a, b standing) int {
				return cmp.Or(was[a].Compare(was[b]), cmp.Compare(a.kind, b.kind), cmp.Compare(a.key, b.key))
			})
			for _, timer := range due {
				if at, stands := m.timers[timer]; !stands || !at.Equal(was[timer]) {
					continue
				}
				delete(m.timers, timer)
				fired(m, timer.kind, timer.key)
				ran++
			}
		}
	}
	return ran
}

// earliest is when the next timer of the wall clock is due; nil when there is none.
func (m *model) earliest() *time.Time {
	var earliest *time.Time
	for timer, at := range m.timers {
		if timer.kind != deadline && (earliest == nil || at.Before(*earliest)) {
			earliest = &at
		}
	}
	return earliest
}

// arrive takes a change of reference data, and tells whether it is one.
func (m *model) arrive(key, description string) bool {
	if m.items[key] == description {
		return false
	}
	m.items[key] = description
	if description == "" {
		delete(m.items, key)
	}
	m.arrived[key] = true
	if above, _, nested := strings.Cut(key, "/"); nested {
		m.arrived[above+"/"] = true
	}
	return true
}

func (m *model) wake(now time.Time) (n int) {
	m.clock = now
	for waiter := range maps.Clone(m.waiting) {
		if m.arrived[waiter.key] {
			delete(m.waiting, waiter)
			woken(m, waiter.waiter)
			n++
		}
	}
	m.arrived = map[string]bool{}
	return n
}

func (m *model) now() time.Time       { return m.clock }
func (m *model) watermark() time.Time { return m.mark }

func (m *model) observe(at time.Time) {
	if !at.After(m.clock.Add(24*time.Hour)) && at.After(m.mark) {
		m.mark = at
	}
}

func (m *model) getStock(key state.TextPair) *stockRow {
	if row, ok := m.stock[key]; ok {
		return &row
	}
	return nil
}

func (m *model) putStock(row *stockRow)         { m.stock[row.key()] = *row }
func (m *model) deleteStock(key state.TextPair) { delete(m.stock, key) }

func (m *model) eachStock(warehouse string, yield func(*stockRow) bool) {
	keys := slices.SortedFunc(maps.Keys(m.stock), func(a, b state.TextPair) int { return slices.Compare(a[:], b[:]) })
	var rows []stockRow
	for _, key := range keys {
		if key[0] == warehouse {
			rows = append(rows, m.stock[key])
		}
	}
	for _, row := range rows {
		if !yield(&row) {
			return
		}
	}
}

func (m *model) getLine(key state.TextNumber) *lineRow {
	if row, ok := m.lines[key]; ok {
		return &row
	}
	return nil
}

func (m *model) putLine(row *lineRow)            { m.lines[row.key()] = *row }
func (m *model) deleteLine(key state.TextNumber) { delete(m.lines, key) }

func (m *model) eachLine(order string, yield func(*lineRow) bool) {
	keys := slices.SortedFunc(maps.Keys(m.lines), func(a, b state.TextNumber) int {
		return cmp.Or(cmp.Compare(a.Text, b.Text), cmp.Compare(a.Number, b.Number))
	})
	var rows []lineRow
	for _, key := range keys {
		if key.Text == order {
			rows = append(rows, m.lines[key])
		}
	}
	for _, row := range rows {
		if !yield(&row) {
			return
		}
	}
}

func (m *model) see(window int, id string, at time.Time) stream.Sighting {
	times := windowTimes[window]
	begin := at.Truncate(times.bucket)
	if begin.Add(times.bucket).Add(times.keep).Before(m.mark) {
		return stream.TooLate
	}
	entry := sighted{window, begin.UnixMicro(), id}
	if m.seen[entry] {
		return stream.SeenBefore
	}
	m.seen[entry] = true
	return stream.FirstSeen
}

func (m *model) setTimer(kind int, key string, due time.Time) { m.timers[standing{kind, key}] = due }

func (m *model) setTimerIfNone(kind int, key string, due time.Time) {
	if _, stands := m.timers[standing{kind, key}]; !stands {
		m.setTimer(kind, key, due)
	}
}

func (m *model) cancelTimer(kind int, key string) { delete(m.timers, standing{kind, key}) }

func (m *model) dueTimer(kind int, key string) (time.Time, bool) {
	due, stands := m.timers[standing{kind, key}]
	return due, stands
}

func (m *model) item(key string) string { return m.items[key] }

func (m *model) itemsUnder(prefix string) []string {
	var found []string
	for _, key := range slices.Sorted(maps.Keys(m.items)) {
		if strings.HasPrefix(key, prefix) {
			found = append(found, m.items[key])
		}
	}
	return found
}

func (m *model) await(key, waiter string) { m.waiting[awaiting{key, waiter}] = true }
func (m *model) forgo(key, waiter string) { delete(m.waiting, awaiting{key, waiter}) }

func (m *model) note(key, text string) {
	m.notes = append(m.notes, fmt.Sprintf("note %q %q", key, text))
}

func (m *model) latest(key, text string) { m.newest[key] = text }
