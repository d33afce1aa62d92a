package kafka

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func tasksOf(list ...int32) map[int32]bool {
	set := map[int32]bool{}
	for _, task := range list {
		set[task] = true
	}
	return set
}

func TestEveryTaskIsAssignedOnceAndEvenly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tasks := rapid.Int32Range(1, 20).Draw(t, "tasks")
		var members []member
		for i := range rapid.IntRange(1, 6).Draw(t, "members") {
			one := member{id: fmt.Sprint("m", i), generation: rapid.Int32Range(0, 3).Draw(t, "generation"), owned: map[int32]bool{}, stored: map[int32]bool{}}
			for task := range tasks {
				one.owned[task] = rapid.IntRange(0, 3).Draw(t, "owned") == 0
				one.stored[task] = rapid.Bool().Draw(t, "stored")
			}
			members = append(members, one)
		}
		assigned := assign(tasks, slices.Clone(members))
		var all []int32
		least, most := int(tasks), 0
		for _, one := range members {
			given := assigned[one.id]
			all = append(all, given...)
			least, most = min(least, len(given)), max(most, len(given))
		}
		slices.Sort(all)
		for task := range tasks {
			if len(all) != int(tasks) || all[task] != task {
				t.Fatalf("tasks %v are assigned, want 0 to %d once each", all, tasks-1)
			}
		}
		if most-least > 1 {
			t.Fatalf("loads differ by %d: %v", most-least, assigned)
		}
		slices.Reverse(members)
		if again := assign(tasks, members); fmt.Sprint(again) != fmt.Sprint(assigned) {
			t.Fatalf("the members' order matters: %v, %v", assigned, again)
		}
	})
}

func TestTasksStayWhereTheyAreOrGoWhereTheirStateIs(t *testing.T) {
	for _, test := range []struct {
		name    string
		members []member
		want    map[string][]int32
	}{
		{"a member joins: the owner gives up half", []member{{id: "a", owned: tasksOf(0, 1, 2, 3)}, {id: "b"}},
			map[string][]int32{"a": {0, 1}, "b": {2, 3}}},
		{"a member joins that has the state of some", []member{{id: "a", owned: tasksOf(0, 1, 2, 3)}, {id: "b", stored: tasksOf(0, 1)}},
			map[string][]int32{"a": {2, 3}, "b": {0, 1}}},
		{"a member is gone: the other takes all", []member{{id: "b", owned: tasksOf(2, 3)}},
			map[string][]int32{"b": {0, 1, 2, 3}}},
		{"all start anew: each takes what it has", []member{{id: "a", stored: tasksOf(1, 3)}, {id: "b", stored: tasksOf(0, 2)}},
			map[string][]int32{"a": {1, 3}, "b": {0, 2}}},
		{"two claim a task: the newer claim stands", []member{{id: "a", generation: 4, owned: tasksOf(0, 1)}, {id: "b", generation: 5, owned: tasksOf(0, 2)}},
			map[string][]int32{"a": {1, 3}, "b": {0, 2}}},
		{"state behind an owner's is no reason to move", []member{{id: "a", owned: tasksOf(0, 1)}, {id: "b", owned: tasksOf(2, 3), stored: tasksOf(0, 1, 2, 3)}},
			map[string][]int32{"a": {0, 1}, "b": {2, 3}}},
	} {
		if got := assign(4, test.members); fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
