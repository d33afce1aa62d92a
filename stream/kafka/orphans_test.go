package kafka

import (
	"slices"
	"testing"
)

func TestAMemberAsksForARebalanceWhenATaskWasWithNobodyTwice(t *testing.T) {
	const tasks, here = 4, "b"
	whole, lacking, moving := view{true, tasks, here}, view{true, tasks - 1, here}, view{false, 0, here}
	others, nameless, empty := view{true, tasks - 1, "a"}, view{true, tasks - 1, ""}, view{}
	for _, test := range []struct {
		name  string
		looks []view
		want  []bool // it asks
	}{
		{"every task is with somebody", []view{whole, whole, whole}, []bool{false, false, false}},
		{"a task is on its way at one look", []view{lacking, whole, lacking, whole}, []bool{false, false, false, false}},
		{"a task is with nobody", []view{whole, lacking, lacking, whole}, []bool{false, false, true, false}},
		{"it asks again when that was in vain, and gives the group the same time", []view{lacking, lacking, lacking, lacking, lacking},
			[]bool{false, true, false, true, false}},
		{"a rebalance is under way", []view{moving, moving, moving}, []bool{false, false, false}},
		{"a rebalance comes between two looks", []view{lacking, moving, lacking, lacking}, []bool{false, false, false, true}},
		{"another has the first name", []view{others, others, others}, []bool{false, false, false}},
		{"the one with the first name goes", []view{others, others, lacking}, []bool{false, false, true}},
		{"the first member has no name", []view{nameless, nameless, nameless}, []bool{false, false, false}},
		{"nobody is there, or the group cannot be described", []view{empty, empty, empty}, []bool{false, false, false}},
	} {
		var o orphans
		var got []bool
		for _, look := range test.looks {
			got = append(got, o.look(look, tasks, here))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: it asks %v, want %v", test.name, got, test.want)
		}
	}
}

// A broker begins no rebalance for a member that joins anew and says what it said before.
func TestWhatAMemberSaysWhenItJoinsIsNewInEveryGeneration(t *testing.T) {
	balancer, owned := bystander(), map[string][]int32{"orders": {1}}
	before := balancer.JoinGroupMetadata([]string{"orders"}, owned, 7)
	if slices.Equal(balancer.JoinGroupMetadata([]string{"orders"}, owned, 8), before) {
		t.Error("it says the same: when it asks for a rebalance, none begins")
	}
}

// bystander is the balancer of a member that runs no task.
func bystander() taskBalancer {
	return taskBalancer{stored: func() []int32 { return nil }, assigned: func(map[string][]int32) {}}
}
