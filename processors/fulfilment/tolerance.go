package fulfilment

import (
	"waybill/processors/money"
	"waybill/schemas"
)

// overTolerance is how many per cent more than ordered may be delivered: the customer's when above zero, else the item's
// where it states one, else the default. A customer's zero says nothing, since the contract cannot leave it out.
func overTolerance(customer *CustomerTerms, item *ItemTerms, policy Policy) schemas.Percent {
	return tolerance(customer.OverTolerance, item.OverTolerance, policy.OverTolerance)
}

// underTolerance is how many per cent less than ordered may be delivered, by the same precedence.
func underTolerance(customer *CustomerTerms, item *ItemTerms, policy Policy) schemas.Percent {
	return tolerance(customer.UnderTolerance, item.UnderTolerance, policy.UnderTolerance)
}

func tolerance(ofCustomer schemas.Percent, ofItem *schemas.Percent, byDefault schemas.Percent) schemas.Percent {
	switch {
	case ofCustomer > 0:
		return ofCustomer
	case ofItem != nil:
		return *ofItem
	}
	return byDefault
}

// mostToBill is the quantity above which a line is over-shipped.
func mostToBill(ordered schemas.Quantity, over schemas.Percent) schemas.Quantity {
	return money.Above(ordered, over)
}

// leastToClose is the quantity from which a line is filled when nothing more is shipped.
func leastToClose(ordered schemas.Quantity, under schemas.Percent) schemas.Quantity {
	return money.Below(ordered, under)
}
