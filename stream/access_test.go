package stream

import (
	"fmt"
	"slices"
	"testing"

	"waybill/topics"
)

func TestAStageIsAllowedWhatItDeclaresAndNothingElse(t *testing.T) {
	stage := NewStage("pricing")
	On(stage, topics.Orders, nil)
	NewReference(stage, 1, topics.Customers)
	Emit(stage, topics.InvoiceReady)
	var got []string
	for _, access := range stage.Topology().Access() {
		got = append(got, fmt.Sprintf("%s %s %s %v", access.Operation, access.Resource, access.Name, access.Prefix))
	}
	want := []string{
		"read topic o2c.orders false",
		"read topic o2c.customers false",
		"read topic waybill-pricing-changelog false",
		"write topic o2c.invoice-ready false",
		"write topic o2c.dead-letters false",
		"write topic waybill-pricing-changelog false",
		"read group waybill-pricing false",
		"write transactional-id waybill-pricing- true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
