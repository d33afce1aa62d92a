package receivables

import (
	"fmt"

	"waybill/processors/money"
	"waybill/schemas"
)

// Dispute is the latest state of a customer's objection.
type Dispute struct {
	Dispute schemas.Dispute  `avro:"dispute"`
	Origin  schemas.Evidence `avro:"origin"`
}

// dispute puts the latest state of a dispute in place of the earlier one (nil: it is new). A rejected or withdrawn one
// takes nothing.
func (a *Account) dispute(before, now *schemas.Dispute) {
	if before == nil {
		a.Disputes++
	}
	for _, change := range []struct {
		dispute *schemas.Dispute
		sign    int64
	}{{before, -1}, {now, 1}} {
		if change.dispute == nil {
			continue
		}
		amount := schemas.Amount(change.sign) * change.dispute.Amount
		switch change.dispute.Status {
		case schemas.DisputeOpen:
			a.OpenDisputes += change.sign
			a.Disputed = money.Sum(a.Disputed, amount)
		case schemas.DisputeAccepted:
			a.Conceded = money.Sum(a.Conceded, amount)
		default:
		}
	}
}

// disputeReasons are the common codes of ASC X12 data element 426, adjustment reason, as disputes of distributors'
// invoices give them.
var disputeReasons = map[string]string{
	"01": "pricing error",
	"02": "allowance or charge error",
	"03": "extension error",
	"04": "item not accepted: damaged",
	"05": "item not accepted: quality",
	"06": "quantity contested",
	"07": "incorrect product",
	"08": "substitute product",
	"09": "terms of sale error",
	"10": "pallet or container charge error",
	"11": "returned: damage",
	"12": "returned: quality",
	"13": "returned: dating",
	"14": "returned: promotion",
	"15": "returned: recall",
	"17": "required data missing",
	"19": "duplicate billing",
	"20": "balance due declined",
	"22": "weight error",
	"23": "special charge not authorized",
	"24": "incorrect discount",
	"25": "item not accepted",
	"26": "invoice cancelled",
	"30": "delivery charge incorrect",
	"41": "item not accepted: delay",
	"42": "item not accepted: loss",
	"43": "missing discount",
	"44": "required documents missing",
	"46": "transportation charge incorrect",
	"54": "freight deducted",
	"55": "tax deducted",
	"59": "item not received",
	"72": "authorized return",
	"75": "total order not received",
}

// disputeMessage says what is disputed and why; the currency is empty as long as the invoice is not known.
func disputeMessage(d *schemas.Dispute, currency string) string {
	what := "invoice " + d.InvoiceID
	if d.LineNo != nil {
		what += fmt.Sprintf(" line %d", *d.LineNo)
	}
	reason := "X12 reason " + d.Reason
	if meaning, known := disputeReasons[d.Reason]; known {
		reason = fmt.Sprintf("%s (%s)", meaning, reason)
	}
	return fmt.Sprintf("%s: %s disputed by %s: %s", what, money.Text(d.Amount, currency), d.DisputeID, reason)
}
