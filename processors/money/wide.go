package money

import "math/bits"

// wide is an unsigned number of 128 bits. Two decimals of eighteen digits multiply to less than 10³⁶; 2¹²⁸ is 3.4 × 10³⁸.
type wide struct{ high, low uint64 }

func multiply(a, b uint64) wide {
	high, low := bits.Mul64(a, b)
	return wide{high, low}
}

// plus does not check for a carry out of the 128 bits: its callers add numbers below 2¹²⁷.
func (w wide) plus(other wide) wide {
	low, carry := bits.Add64(w.low, other.low, 0)
	high, _ := bits.Add64(w.high, other.high, carry)
	return wide{high, low}
}

// divide is the whole quotient and the remainder.
func (w wide) divide(by uint64) (wide, uint64) {
	high := w.high / by
	low, remainder := bits.Div64(w.high%by, w.low, by)
	return wide{high, low}, remainder
}

func (w wide) over(by uint64) wide {
	quotient, _ := w.divide(by)
	return quotient
}

func (w wide) less(other wide) bool {
	return w.high < other.high || w.high == other.high && w.low < other.low
}

func magnitude(number int64) uint64 {
	if number < 0 {
		return -uint64(number)
	}
	return uint64(number)
}
