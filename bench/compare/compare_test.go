package compare

import (
	"strings"
	"testing"

	"waybill/schemas"
)

func contentOf(t *testing.T, demand string, bills ...string) *Content {
	t.Helper()
	c := &Content{Bills: map[string]int{}, Last: map[string]string{}}
	for _, id := range bills {
		if err := c.bill([]byte("O-1"), &schemas.InvoiceReady{InvoiceReadyID: id, OrderID: "O-1"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.demand([]byte("T-1@east"), &schemas.Demand{OrderID: "O-1", Committed: schemas.MustQuantity(demand)}); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestContentsDifferInABillTooManyAndInALastState(t *testing.T) {
	same := contentOf(t, "1", "a", "b")
	for name, other := range map[string]*Content{
		"a bill twice":        contentOf(t, "1", "a", "b", "b"),
		"a bill missing":      contentOf(t, "1", "a"),
		"another last demand": contentOf(t, "2", "a", "b"),
	} {
		if Difference(same, other) == "" || Difference(other, same) == "" {
			t.Errorf("%s is no difference", name)
		}
	}
	if difference := Difference(same, contentOf(t, "1", "b", "a")); difference != "" {
		t.Errorf("the order of bills is a difference: %s", difference)
	}
}

func TestOnlyTheFirstDifferencesAreTold(t *testing.T) {
	var many []string
	for id := range 100 {
		many = append(many, strings.Repeat("x", id+1))
	}
	told := Difference(contentOf(t, "1"), contentOf(t, "1", many...))
	if lines := strings.Count(told, "\n"); lines != 2*shown || !strings.HasSuffix(told, "and 80 more") {
		t.Errorf("%d lines, at the end %q", lines, told[len(told)-20:])
	}
}
