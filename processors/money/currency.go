// Package money is exact arithmetic on quantities, prices and amounts: products in 128 bits, rounded once, half away from
// zero, to what the currency can pay; conversions between units of measure by rationals, or not at all.
package money

// minorUnits lists the currencies of ISO 4217 whose smallest payable amount is not a hundredth.
var minorUnits = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0,
	"PYG": 0, "RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
	"CLF": 4, "UYW": 4,
}

// MinorUnits is the number of digits after the point of a payable amount in the currency, between 0 and 4: 0 for JPY, 3
// for KWD, 2 for every currency that ISO 4217 does not except.
func MinorUnits(currency string) int {
	if digits, excepted := minorUnits[currency]; excepted {
		return digits
	}
	return 2
}
