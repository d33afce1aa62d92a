package reconcile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"waybill/inspect"
)

// Options say how to compare.
type Options struct {
	Window     Window
	Tolerance  int64    // largest difference that is none: of amounts in ten-thousandths, of kinds without any in millionths of a unit
	Warehouses []string // only rows of these; all when empty
	Folder     string   // for what does not fit into memory; the system's when empty
	Memory     int      // bytes that are sorted at once; 0: enough
}

// Reconciliation is one comparison. An extract is read, then what waybill says, then they are compared. Close it.
type Reconciliation struct {
	kind    *Kind
	options Options
	sorter  *sorter
	asked   uint8
	records int64
	key     []byte
	value   []byte

	Read     int64     // rows of the extract
	Recorded int64     // values here, of which rows may have several
	Freshest time.Time // when the latest happened of what is known here up to the instant; zero: nothing is
}

// New makes ready to compare one kind.
func New(kind *Kind, options Options) (*Reconciliation, error) {
	if options.Memory == 0 {
		options.Memory = sortMemory
	}
	sorter, err := newSorter(options.Folder, options.Memory)
	if err != nil {
		return nil, err
	}
	return &Reconciliation{kind: kind, options: options, sorter: sorter}, nil
}

// Close removes what did not fit into memory.
func (r *Reconciliation) Close() error { return r.sorter.Close() }

// ReadExtract reads the other system's side; it tells the columns that mean nothing.
func (r *Reconciliation) ReadExtract(from io.Reader, format Format) (ignored []string, err error) {
	return r.kind.readExtract(from, format, func(row *entry) error {
		if len(row.key) > 0 && !r.wanted(row) {
			return nil
		}
		r.Read++
		r.asked |= row.given
		return r.add(row)
	})
}

// ReadHere reads our side, up to now.
func (r *Reconciliation) ReadHere(ctx context.Context, view inspect.View) error {
	return r.kind.read(ctx, r.kind, view, r.take)
}

// take takes a value of ours. The values of a row come in the order of their records.
func (r *Reconciliation) take(value *entry) error {
	if key, _ := r.kind.warehouse(); key >= 0 && !r.wanted(value) {
		return nil // where it is a label, the extract may have the row all the same
	}
	if !value.at.After(r.options.Window.Instant) && value.at.After(r.Freshest) {
		r.Freshest = value.at
	}
	value.here = true
	r.Recorded++
	return r.add(value)
}

func (r *Reconciliation) wanted(e *entry) bool { return ofWarehouse(r.kind, r.options.Warehouses, e) }

// ofWarehouse tells that a row is of one of the warehouses, or does not say of which.
func ofWarehouse(kind *Kind, warehouses []string, e *entry) bool {
	if len(warehouses) == 0 {
		return true
	}
	key, label := kind.warehouse()
	if key >= 0 {
		return slices.Contains(warehouses, kind.partsOf(e.key)[key])
	}
	return e.labels[label] == "" || slices.Contains(warehouses, e.labels[label])
}

func (r *Reconciliation) add(e *entry) error {
	r.records++
	r.key = e.sortKey(r.key[:0], r.records, r.kind.changes)
	r.value = e.appendValue(r.value[:0])
	return r.sorter.Add(r.key, r.value)
}

// Compare gives every row of either side with its outcome, by key, and adds them up. Rows of the extract that do not say
// which they are come first. Progress is told now and then; nil.
func (r *Reconciliation) Compare(ctx context.Context, progress func(done, total int64), take func(*Row) error) (*Summary, error) {
	asked := r.asked
	for i, figure := range r.kind.Figures {
		if figure.Required {
			asked |= 1 << i // also of an extract without rows
		}
	}
	if asked == 0 { // an extract without rows, of a kind that requires no figure: the first says most
		asked = 1
	}
	c := comparison{
		judgement: judgement{kind: r.kind, window: r.options.Window, tolerance: r.options.Tolerance, asked: asked},
		summary:   newSummary(r.kind), take: take, warehouses: r.options.Warehouses,
	}
	var done int64
	err := r.sorter.Each(func(key, value []byte) error {
		if done++; done%4096 == 0 {
			if progress != nil {
				progress(done, r.sorter.count)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		e := entryOf(key, value)
		return c.add(&e)
	})
	if err == nil {
		err = c.end()
	}
	if progress != nil {
		progress(r.sorter.count, r.sorter.count)
	}
	return c.summary, err
}

// comparison takes the sorted entries of both sides and keeps those of one row.
type comparison struct {
	judgement
	summary    *Summary
	take       func(*Row) error
	warehouses []string

	open    bool
	key     []byte
	there   *entry
	running entry // ours, so far
	history history
}

func (c *comparison) add(e *entry) error {
	if !c.open || len(e.key) == 0 || !bytes.Equal(c.key, e.key) {
		if err := c.end(); err != nil {
			return err
		}
		c.open, c.key, c.there, c.running, c.history = true, append(c.key[:0], e.key...), nil, entry{}, history{}
	}
	switch {
	case e.here:
		c.here(e)
	case c.there == nil:
		c.there = e
	default:
		c.again(e)
	}
	return nil
}

// again takes a further row of the same key: it adds up or cannot be read.
func (c *comparison) again(e *entry) {
	there := c.there
	switch {
	case there.problem != "":
		return
	case e.problem != "":
		e.line, c.there = min(e.line, there.line), e
		return
	case !c.kind.adds:
		there.problem = fmt.Sprintf("it is on lines %d and %d: one row is expected", there.line, e.line)
		return
	}
	for i := range there.figures {
		sum, err := plus(there.figures[i], e.figures[i])
		if err != nil {
			there.problem = err.Error()
		}
		there.figures[i] = sum
	}
	there.given &= e.given
	there.labels = merged(c.kind, there.labels, e.labels)
	if e.at.After(there.at) {
		there.at = e.at
	}
}

// here takes the next record of ours: a change of the row, or its state.
func (c *comparison) here(e *entry) {
	if c.kind.changes {
		if c.running.figures == (figures{}) {
			c.running.labels = e.labels // what came to nothing was of any unit
		}
		for i := range e.figures {
			// A sum beyond what an amount carries stays at its bound: the row is different, whatever the extract says.
			e.figures[i], _ = plus(c.running.figures[i], e.figures[i])
		}
		e.labels = merged(c.kind, c.running.labels, e.labels)
	} else if e.at.Before(c.running.at) {
		e.at = c.running.at // a state includes what was known before
	}
	c.running = *e
	c.history.add(c.window, e)
}

func (c *comparison) end() error {
	if !c.open {
		return nil
	}
	if _, label := c.kind.warehouse(); label >= 0 && c.there == nil && c.history.then != nil && !ofWarehouse(c.kind, c.warehouses, c.history.then) {
		return nil
	}
	row, any := c.judge(c.there, &c.history)
	if !any {
		if !absent(c.history.then, c.asked) {
			c.summary.LeftOut++
		}
		return nil
	}
	row.Key = c.kind.partsOf(c.key)
	c.summary.add(row)
	return c.take(row)
}

// several stands for labels that differ among the rows of one key.
const several = "(several)"

func merged(kind *Kind, a, b [mostLabels]string) [mostLabels]string {
	for i := range kind.Labels {
		switch {
		case a[i] == "":
			a[i] = b[i]
		case b[i] != "" && a[i] != b[i]:
			a[i] = several
		}
	}
	return a
}

// bound is the first magnitude that no figure has.
const bound = 1_000_000_000_000_000_000

var errSum = errors.New("its rows add up to more than a figure carries")

// plus adds two figures; beyond what one carries it gives the largest one, and an error.
func plus(a, b int64) (int64, error) {
	sum := a + b // each is below 2^62
	if sum >= bound || sum <= -bound {
		return max(min(sum, bound-1), 1-bound), errSum
	}
	return sum, nil
}
