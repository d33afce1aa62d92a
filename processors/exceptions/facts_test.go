package exceptions

import (
	"testing"

	"waybill/processors/conditions"
	"waybill/schemas"
)

// told describes facts as order, status and share of the value.
func told(before, after Row) (lines []string) {
	for _, fact := range facts(pictureOf(before), pictureOf(after)) {
		line := fact.OrderID + " " + string(fact.Exception.Status)
		if fact.Exception.AmountAtRisk != nil {
			line += " " + fact.Exception.AmountAtRisk.String()
		}
		lines = append(lines, line)
	}
	return lines
}

func TestEachOrderIsToldWhatChangesForIt(t *testing.T) {
	one := rowOf(raise(5, conditions.Unreadable, "m", ""), assess("O-1", "5", "EUR"))
	two := one.assessed(assess("O-2", "6", "EUR"))
	gone := two.cleared(clears(9, "replayed"))
	for _, test := range []struct {
		name          string
		before, after Row
		want          []string
	}{
		{"raised", rowOf(assess("O-1", "5", "EUR")), one, []string{"O-1 open 5.00"}},
		{"another order", one, two, []string{"O-2 open 6.00"}},
		{"another share", two, two.assessed(assess("O-1", "7", "EUR")), []string{"O-1 open 7.00"}},
		{"another message", two, two.raised(raise(7, conditions.Unreadable, "n", "")), []string{"O-1 open 5.00", "O-2 open 6.00"}},
		{"assigned", two, two.commanded(command(8, schemas.CommandAssign, "c", `{"owner":"bob"}`)), []string{"O-1 assigned 5.00", "O-2 assigned 6.00"}},
		{"cleared", two, gone, []string{"O-1 resolved 5.00", "O-2 resolved 6.00"}},
		{"an order that never heard of it", gone, gone.assessed(assess("O-3", "1", "EUR")), nil},
		{"nothing", two, two, nil},
	} {
		got := told(test.before, test.after)
		if len(got) != len(test.want) {
			t.Errorf("%s: %q", test.name, got)
			continue
		}
		for i := range got {
			if got[i] != test.want[i] {
				t.Errorf("%s: %q", test.name, got)
			}
		}
	}
}

func TestAnOrderThatIsNoLongerConcernedIsTold(t *testing.T) {
	of := func(orderID string) *schemas.Condition {
		c := raise(5, conditions.NotAccepted, "m", "5")
		c.OrderID, c.LineNo = new(orderID), new(int32(2))
		return c
	}
	before := rowOf(of("O-1"))
	got := facts(pictureOf(before), pictureOf(before.raised(of("O-2"))))
	if len(got) != 2 || got[0].OrderID != "O-2" || got[1].OrderID != "O-1" || got[1].Exception.Status != schemas.ExceptionResolved || *got[1].Exception.Resolution != "does not concern this order" {
		t.Errorf("%+v", got)
	}
	if *before.exception().OrderID != "O-1" || before.exception().Status != schemas.ExceptionOpen {
		t.Error("the exception before was changed")
	}
}

func TestTheLineIsTheOneOfTheConditionsOrder(t *testing.T) {
	c := raise(5, conditions.Unreadable, "m", "")
	c.OrderID, c.LineNo = new("O-1"), new(int32(2))
	for _, fact := range facts(pictureOf(Row{ExceptionID: "ex-1"}), pictureOf(rowOf(c, assess("O-2", "1", "EUR")))) {
		if (fact.OrderID == "O-1") != (fact.Exception.LineNo != nil) || fact.Exception.OrderIDs[0] != fact.OrderID || *fact.Exception.OrderID != fact.OrderID {
			t.Errorf("%s: %+v", fact.OrderID, fact.Exception)
		}
	}
}
