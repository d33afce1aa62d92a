package money

// Sum adds quantities or amounts and stays at the largest magnitude that the contracts' decimals carry. It is for totals
// over records that nobody can refuse any more, where Add's error would have nowhere to go.
func Sum[T ~int64](numbers ...T) T {
	var total T
	for _, number := range numbers {
		total = min(max(total+number, 1-decimalBound), decimalBound-1)
	}
	return total
}
