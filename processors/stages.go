// Package processors holds the stages, one package each.
package processors

import (
	"waybill/processors/consolidation"
	"waybill/processors/credit"
	"waybill/processors/exceptions"
	"waybill/processors/figures"
	"waybill/processors/fulfilment"
	"waybill/processors/intake"
	"waybill/processors/inventory"
	"waybill/processors/receivables"
	"waybill/processors/tracker"
	"waybill/stream"
	"waybill/topics"
)

// Stages are all stages, in the order of the flow, with the policies that hold when nobody says otherwise.
func Stages(catalogue topics.Catalogue) []*stream.Stage {
	return []*stream.Stage{
		intake.Stage(catalogue, intake.DefaultPolicy()),
		fulfilment.Stage(catalogue, fulfilment.DefaultPolicy()),
		consolidation.Stage(consolidation.DefaultPolicy()),
		inventory.Stage(catalogue, inventory.DefaultPolicy()),
		receivables.Stage(catalogue, receivables.DefaultPolicy()),
		exceptions.Stage(catalogue, exceptions.DefaultPolicy()),
		tracker.Stage(),
		credit.Stage(credit.DefaultPolicy()),
		figures.Stage(figures.DefaultPolicy()),
	}
}
