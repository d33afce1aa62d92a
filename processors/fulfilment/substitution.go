package fulfilment

import (
	"slices"

	"waybill/processors/money"
	"waybill/schemas"
)

// isSubstitute tells whether an item in the box is not the one that was agreed.
func (a *agreement) isSubstitute(itemID string) bool { return itemID != a.itemID }

// refuses tells whether the line does not take the item in place of the agreed one: the order line does not allow it, or
// master data names the agreed item's substitutes and this is none of them. What the customer placed is taken even where
// ERP accepted another item for it.
func (a *agreement) refuses(itemID string, ordered *ItemTerms) bool {
	switch {
	case !a.isSubstitute(itemID) || itemID == a.placedItemID:
		return false
	case a.substitution != schemas.SubstitutionAllowed:
		return true
	}
	return ordered != nil && len(ordered.Substitutes) > 0 && !slices.Contains(ordered.Substitutes, itemID)
}

// substitutionPrice is what is billed for a substitute by the customer's rule. Both prices are per the same unit of measure;
// one that the rule does not need may be missing. Of two that are the same, lower takes the ordered item's.
func substitutionPrice(rule schemas.SubstitutionPrice, ordered, substitute Price) Price {
	lower := money.LessPrice(substitute.UnitPrice, substitute.PriceUnit, ordered.UnitPrice, ordered.PriceUnit)
	if rule == schemas.PriceSubstitute || rule == schemas.PriceLower && lower {
		return substitute
	}
	return ordered
}

// needsOrderedPrice and needsSubstitutePrice say which prices a rule looks at.
func needsOrderedPrice(rule schemas.SubstitutionPrice) bool { return rule != schemas.PriceSubstitute }

func needsSubstitutePrice(rule schemas.SubstitutionPrice) bool {
	return rule == schemas.PriceSubstitute || rule == schemas.PriceLower
}
