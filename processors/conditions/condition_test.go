package conditions

import (
	"reflect"
	"regexp"
	"testing"
	"time"

	"waybill/schemas"
)

func TestIDIsTheSameForTheSameCauseAndShaped(t *testing.T) {
	id := ID(Unreadable, "wms.shipments", "S-1", "3")
	if again := ID(Unreadable, "wms.shipments", "S-1", "3"); again != id {
		t.Errorf("the same cause gave %s, then %s", id, again)
	}
	if !regexp.MustCompile(`^ex-[a-z2-7]{26}$`).MatchString(id) {
		t.Errorf("id %q is not ex- and 26 lower-case base32 characters", id)
	}
}

func TestIDIsWrittenDownForEver(t *testing.T) {
	// Ids stand in topics and in tickets: a change of how they are made would open every exception twice.
	if got, want := ID(WrongAuthority, "erp.orders", "O-1", "e-9"), "ex-ytbxprlfqsidnbdvbps77dcpum"; got != want {
		t.Errorf("ID = %s, want %s", got, want)
	}
}

func TestIDsOfOtherCausesDiffer(t *testing.T) {
	seen := map[string]string{}
	for name, id := range map[string]string{
		"class":         ID(SequenceGap, "a", "b"),
		"parts":         ID(Unreadable, "a", "b"),
		"one part less": ID(Unreadable, "a"),
		"joined":        ID(Unreadable, "ab"),
		"shifted":       ID(Unreadable, "ab", ""),
		"zero byte":     ID(Unreadable, "a\x00", "b"),
		"none":          ID(Unreadable),
	} {
		if other, taken := seen[id]; taken {
			t.Errorf("%s and %s share the id %s", name, other, id)
		}
		seen[id] = name
	}
}

func TestBuildersFillTheCommonFields(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	none := []schemas.Evidence{}
	for _, test := range []struct {
		name      string
		got, want *schemas.Condition
	}{
		{"raised", Raise(now, "fulfilment", NotAccepted, "ex-1", "why"),
			&schemas.Condition{ExceptionID: "ex-1", Kind: schemas.ConditionRaised, Stage: "fulfilment", Class: "not_accepted", At: now, Message: "why", Causes: none}},
		{"cleared", Clear(now, "intake", Unreadable, "ex-2", "replayed"),
			&schemas.Condition{ExceptionID: "ex-2", Kind: schemas.ConditionCleared, Stage: "intake", Class: "unreadable", At: now, Resolution: new("replayed"), Causes: none}},
		{"assessed", Assess(now, "fulfilment", Unreadable, "ex-3", "O-1"),
			&schemas.Condition{ExceptionID: "ex-3", Kind: schemas.ConditionAssessed, Stage: "fulfilment", Class: "unreadable", At: now, OrderID: new("O-1"), Causes: none}},
	} {
		if !reflect.DeepEqual(test.got, test.want) {
			t.Errorf("%s: got %+v, want %+v", test.name, test.got, test.want)
		}
	}
}
