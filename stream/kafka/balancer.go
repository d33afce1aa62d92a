package kafka

import (
	"cmp"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// taskBalancer assigns whole tasks: partition n of every input of a stage goes to one member. It is cooperative, keeps a
// task where it is, and gives a free one to a member whose store has its state, as far as the load stays even.
type taskBalancer struct {
	stored   func() []int32           // the tasks whose state this member's store has
	assigned func(map[string][]int32) // told every assignment of this member, whole
}

func (*taskBalancer) ProtocolName() string { return "waybill-tasks" }
func (*taskBalancer) IsCooperative() bool  { return true }

func (b *taskBalancer) JoinGroupMetadata(interests []string, current map[string][]int32, generation int32) []byte {
	meta := kmsg.NewConsumerMemberMetadata()
	meta.Version = 3
	meta.Topics = interests
	meta.Generation = generation
	for topic, partitions := range current {
		owned := kmsg.NewConsumerMemberMetadataOwnedPartition()
		owned.Topic, owned.Partitions = topic, partitions
		meta.OwnedPartitions = append(meta.OwnedPartitions, owned)
	}
	slices.SortFunc(meta.OwnedPartitions, func(a, b kmsg.ConsumerMemberMetadataOwnedPartition) int {
		return cmp.Compare(a.Topic, b.Topic)
	})
	for _, task := range b.stored() {
		meta.UserData = append(meta.UserData, byte(task>>24), byte(task>>16), byte(task>>8), byte(task))
	}
	return meta.AppendTo(nil)
}

func (b *taskBalancer) ParseSyncAssignment(assignment []byte) (map[string][]int32, error) {
	assigned, err := kgo.ParseConsumerSyncAssignment(assignment)
	if err == nil {
		b.assigned(assigned)
	}
	return assigned, err
}

func (b *taskBalancer) MemberBalancer(members []kmsg.JoinGroupResponseMember) (kgo.GroupMemberBalancer, map[string]struct{}, error) {
	balancer, err := kgo.NewConsumerBalancer(b, members)
	return balancer, balancer.MemberTopics(), err
}

func (*taskBalancer) Balance(b *kgo.ConsumerBalancer, topics map[string]int32) kgo.IntoSyncAssignment {
	var tasks int32
	for _, partitions := range topics {
		tasks = max(tasks, partitions)
	}
	var members []member
	b.EachMember(func(m *kmsg.JoinGroupResponseMember, meta *kmsg.ConsumerMemberMetadata) {
		one := member{id: m.MemberID, generation: meta.Generation, owned: map[int32]bool{}, stored: map[int32]bool{}}
		for _, owned := range meta.OwnedPartitions {
			for _, partition := range owned.Partitions {
				one.owned[partition] = true
			}
		}
		for data := meta.UserData; len(data) >= 4; data = data[4:] {
			one.stored[int32(data[0])<<24|int32(data[1])<<16|int32(data[2])<<8|int32(data[3])] = true
		}
		members = append(members, one)
	})
	assigned := assign(tasks, members)
	plan := b.NewPlan()
	b.EachMember(func(m *kmsg.JoinGroupResponseMember, _ *kmsg.ConsumerMemberMetadata) {
		for topic, partitions := range topics {
			for _, task := range assigned[m.MemberID] {
				if task < partitions {
					plan.AddPartition(m, topic, task)
				}
			}
		}
	})
	plan.AdjustCooperative(b)
	return plan
}

// member is what a balance knows of a member of the group.
type member struct {
	id            string
	generation    int32
	owned, stored map[int32]bool
}

// assign gives every task to one member: to its owner, else to one that has its state, else to the least loaded; then
// evens the loads out to a difference of one, by moving as few as possible. The same input gives the same answer.
func assign(tasks int32, members []member) map[string][]int32 {
	slices.SortFunc(members, func(a, b member) int { return cmp.Compare(a.id, b.id) })
	most := (int(tasks) + len(members) - 1) / len(members)
	given := make([][]int32, len(members))
	pick := func(room bool, wanted func(*member) bool, better func(a, b int) bool) int {
		best := -1
		for i := range members {
			if wanted(&members[i]) && (!room || len(given[i]) < most) && (best < 0 || better(i, best)) {
				best = i
			}
		}
		return best
	}
	lessLoaded := func(a, b int) bool { return len(given[a]) < len(given[b]) }
	for task := range tasks {
		to := pick(false, func(m *member) bool { return m.owned[task] }, func(a, b int) bool { return members[a].generation > members[b].generation })
		if to < 0 {
			to = pick(true, func(m *member) bool { return m.stored[task] && !ownedElsewhere(members, m, task) }, lessLoaded)
		}
		if to < 0 {
			to = pick(false, func(*member) bool { return true }, lessLoaded)
		}
		given[to] = append(given[to], task)
	}
	for {
		full, empty := 0, 0
		for i := range given {
			if len(given[i]) > len(given[full]) {
				full = i
			}
			if len(given[i]) < len(given[empty]) {
				empty = i
			}
		}
		if len(given[full])-len(given[empty]) < 2 {
			break
		}
		at := slices.IndexFunc(given[full], func(task int32) bool { return members[empty].stored[task] })
		if at < 0 {
			at = len(given[full]) - 1
		}
		given[empty] = append(given[empty], given[full][at])
		given[full] = slices.Delete(given[full], at, at+1)
	}
	assigned := map[string][]int32{}
	for i := range members {
		slices.Sort(given[i])
		assigned[members[i].id] = given[i]
	}
	return assigned
}

// ownedElsewhere tells whether another member runs the task now: then state in a store is older than the owner's.
func ownedElsewhere(members []member, except *member, task int32) bool {
	for i := range members {
		if &members[i] != except && members[i].owned[task] {
			return true
		}
	}
	return false
}
