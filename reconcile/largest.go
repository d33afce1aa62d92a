package reconcile

import (
	"cmp"
	"container/heap"
	"math"
	"slices"
)

// Largest keeps, of any number of rows, those that differ by most: rows that cannot be read first, then by the largest
// difference of an amount, or of a quantity in kinds without amounts. Those that come first stay of equal ones.
type Largest struct {
	Most  int
	Given int64 // rows that were given

	kept largestRows
}

type weighedRow struct {
	row    *Row
	weight int64
	at     int64
}

// Add takes a row.
func (l *Largest) Add(row *Row) {
	l.Given++
	heap.Push(&l.kept, weighedRow{row, row.weight(), l.Given})
	if len(l.kept) > l.Most {
		heap.Pop(&l.kept)
	}
}

// Rows gives what is kept, the largest first.
func (l *Largest) Rows() (rows []*Row) {
	sorted := slices.Clone(l.kept)
	slices.SortFunc(sorted, func(a, b weighedRow) int { return -a.compare(b) })
	for _, one := range sorted {
		rows = append(rows, one.row)
	}
	return rows
}

func (r *Row) weight() (weight int64) {
	if r.Outcome == Unreadable {
		return math.MaxInt64
	}
	for i, figure := range r.kind.Figures {
		if r.asked&(1<<i) != 0 && figure.Money == r.kind.HasAmounts() {
			difference := r.difference(i)
			weight = max(weight, difference, -difference)
		}
	}
	return weight
}

// compare says which row is smaller.
func (w weighedRow) compare(other weighedRow) int {
	return cmp.Or(cmp.Compare(w.weight, other.weight), cmp.Compare(other.at, w.at))
}

// largestRows has the smallest on top.
type largestRows []weighedRow

func (l largestRows) Len() int           { return len(l) }
func (l largestRows) Less(a, b int) bool { return l[a].compare(l[b]) < 0 }
func (l largestRows) Swap(a, b int)      { l[a], l[b] = l[b], l[a] }
func (l *largestRows) Push(one any)      { *l = append(*l, one.(weighedRow)) }

func (l *largestRows) Pop() any {
	last := (*l)[len(*l)-1]
	*l = (*l)[:len(*l)-1]
	return last
}
