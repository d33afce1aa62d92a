package conditions

// Overriding says who follows a person's override of an exception.
type Overriding uint8

// What an override of a class does.
const (
	NoOverride      Overriding = iota // it is refused: another system owns what is missing
	OverrideBills                     // fulfilment lets the reason go, and bills
	OverrideAccepts                   // the exception closes, as long as no more is at risk than now
)

// override is what an override of a class does, for people, and what it has to say for that.
type override struct {
	overriding Overriding
	does       string
	needs      string // in its payload; empty: nothing
}

// overrides are the classes that a person can let go. What is not here is refused: acceptance is ERP's, a weight the
// warehouse's, items, units and list prices are master data's.
var overrides = map[string]override{
	ShortShipped:         {OverrideBills, "closes the line as it is", ""},
	OverShipped:          {OverrideBills, "bills the excess, as much of it as the override names", "quantity"},
	SubstitutionRefused:  {OverrideBills, "takes the substitute, at the price of the customer's substitution rule", ""},
	SubstitutionUnpriced: {OverrideBills, "prices the substitute as the override says, on this line alone", "price"},
	ShippedAfterCancel:   {OverrideBills, "bills what had left by then, as if the line were not cancelled", ""},
	CreditExceeded:       {OverrideAccepts, "accepts what is open as it now is, until it is more", ""},
}

// Overriding says who follows an override of the class.
func (class Class) Overriding() Overriding { return overrides[class.Name].overriding }

// OverrideDoes says what an override of the class does, as the end of a sentence that it begins; empty: it is refused.
func (class Class) OverrideDoes() string { return overrides[class.Name].does }

// OverrideNeeds names what an override of the class has to say: quantity, price, or, mostly, nothing.
func (class Class) OverrideNeeds() string { return overrides[class.Name].needs }
