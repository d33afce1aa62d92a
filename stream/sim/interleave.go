package sim

import (
	"iter"
	"math/rand/v2"
	"slices"
)

// Interleave goes through queues in an order that is drawn as it goes and keeps each queue's own; without a source of
// chance it goes through one queue after the other.
func Interleave[Q ~[]E, E any](random *rand.Rand, queues []Q) iter.Seq[E] {
	return func(yield func(E) bool) {
		left := slices.DeleteFunc(slices.Clone(queues), func(queue Q) bool { return len(queue) == 0 })
		for len(left) > 0 {
			at := 0
			if random != nil {
				at = random.IntN(len(left))
			}
			next := left[at][0]
			if left[at] = left[at][1:]; len(left[at]) == 0 {
				left = slices.Delete(left, at, at+1)
			}
			if !yield(next) {
				return
			}
		}
	}
}
