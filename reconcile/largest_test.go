package reconcile

import (
	"fmt"
	"slices"
	"testing"
)

func TestTheLargestDifferencesAreKept(t *testing.T) {
	kind := KindNamed("invoiced")
	largest := Largest{Most: 3}
	for i, amounts := range [][2]string{{"10", "9"}, {"0", "99"}, {"5", "5"}, {"3", "1"}, {"4", "2"}, {"1000", "0"}} {
		row := &Row{Outcome: Different, Key: []string{fmt.Sprint(i)}, kind: kind, asked: 3, Here: &Side{}, There: &Side{}}
		row.Here.Figures[1], _ = kind.Figures[1].parse(amounts[0])
		row.There.Figures[1], _ = kind.Figures[1].parse(amounts[1])
		row.Here.Figures[0] = int64(1 - i) // a quantity says nothing beside an amount
		if i == 5 {
			row.Outcome, row.There = Unreadable, &Side{Line: 7}
		}
		largest.Add(row)
	}
	var got []string
	for _, row := range largest.Rows() {
		got = append(got, row.Key[0])
	}
	if !slices.Equal(got, []string{"5", "1", "3"}) || largest.Given != 6 {
		t.Errorf("%q of %d", got, largest.Given)
	}
}
