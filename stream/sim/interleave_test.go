package sim

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestInterleavingKeepsTheOrderOfEachQueueAndTheQueues(t *testing.T) {
	queues := [][]int{{10, 11, 12}, {}, {20, 21}, {30}}
	if got := slices.Collect(Interleave(nil, queues)); !slices.Equal(got, []int{10, 11, 12, 20, 21, 30}) {
		t.Errorf("without chance: %v", got)
	}
	orders := map[[6]int]bool{}
	for seed := range uint64(50) {
		got := slices.Collect(Interleave(rand.New(rand.NewPCG(seed, 1)), queues))
		sorted := slices.Clone(got)
		slices.SortStableFunc(sorted, func(a, b int) int { return a/10 - b/10 })
		if !slices.Equal(sorted, []int{10, 11, 12, 20, 21, 30}) {
			t.Errorf("seed %d: %v", seed, got)
		}
		orders[[6]int(got)] = true
	}
	if len(orders) < 10 {
		t.Errorf("%d orders by 50 seeds", len(orders))
	}
	for first := range Interleave(nil, queues) {
		if first != 10 {
			t.Errorf("began with %d", first)
		}
		break
	}
	if len(queues[0]) != 3 {
		t.Errorf("the queues were changed: %v", queues)
	}
}
