package figures

import (
	"math/bits"
	"slices"

	"waybill/processors/money"
	"waybill/schemas"
)

// Measures is what a figure is worked out from. They add up, and what was added can be taken off again, so sums of them are
// exact whatever the order.
type Measures struct {
	Counted  int64            `avro:"counted"`
	Met      int64            `avro:"met"` // of those counted: which did what the figure asks for
	Amount   schemas.Amount   `avro:"amount"`
	Quantity schemas.Quantity `avro:"quantity"`
	Seconds  []schemas.Bucket `avro:"seconds"` // how long it took those that met, sorted; no bucket is empty
}

// plus is m and so many times other: 1 adds it, −1 takes it off. Neither is changed.
func (m Measures) plus(other Measures, times int64) Measures {
	m.Counted += times * other.Counted
	m.Met += times * other.Met
	m.Amount = money.Sum(m.Amount, schemas.Amount(times)*other.Amount)
	m.Quantity = money.Sum(m.Quantity, schemas.Quantity(times)*other.Quantity)
	if len(other.Seconds) == 0 {
		return m
	}
	m.Seconds = slices.Clone(m.Seconds)
	for _, bucket := range other.Seconds {
		at, found := slices.BinarySearchFunc(m.Seconds, bucket, func(a, b schemas.Bucket) int { return int(a.Index - b.Index) })
		if !found {
			m.Seconds = slices.Insert(m.Seconds, at, schemas.Bucket{Index: bucket.Index})
		}
		if m.Seconds[at].Count += times * bucket.Count; m.Seconds[at].Count == 0 {
			m.Seconds = slices.Delete(m.Seconds, at, at+1)
		}
	}
	return m
}

// nothing says that all of it has been taken off.
func (m Measures) nothing() bool {
	return m.Counted == 0 && m.Met == 0 && m.Amount == 0 && m.Quantity == 0 && len(m.Seconds) == 0
}

// took is one that met, in so many seconds.
func took(seconds int64) Measures {
	return Measures{Counted: 1, Met: 1, Seconds: []schemas.Bucket{{Index: bucketOf(seconds), Count: 1}}}
}

// Durations are counted in buckets of fixed bounds, so that counts of any two tasks add up. Each power of two of seconds is
// parted into sixteen, so a bucket's middle is within a 32nd, 3.2 per cent, of everything in it; under 32 seconds it is exact.
const parts = 16

// bucketOf is the bucket of a duration; what is below zero counts as zero.
func bucketOf(seconds int64) int32 {
	seconds = max(0, seconds)
	shift := max(0, bits.Len64(uint64(seconds))-5)
	return int32(int64(shift)*parts + seconds>>shift)
}

// middleOf is the duration that stands for a bucket, in seconds.
func middleOf(bucket int32) int64 {
	if bucket < 2*parts {
		return int64(bucket)
	}
	shift := bucket/parts - 1
	return int64(bucket%parts+parts)<<shift + (int64(1)<<shift-1)/2
}

// rank is the bucket that so many per cent of those counted do not go beyond: the nearest rank. ok is false when nothing was
// counted.
func rank(buckets []schemas.Bucket, percent int64) (bucket int32, ok bool) {
	var total int64
	for _, bucket := range buckets {
		total += bucket.Count
	}
	left := (total*percent + 99) / 100
	for _, bucket := range buckets {
		if left -= bucket.Count; left <= 0 {
			return bucket.Index, true
		}
	}
	return 0, false
}
