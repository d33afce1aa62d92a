package kafka

import (
	"context"

	"github.com/twmb/franz-go/pkg/kadm"
)

// orphans notices tasks that the group has forgotten. In a cooperative rebalance a task that moves is with nobody until its
// old owner has joined once more. When that one dies in between and comes back under its name, the group is stable for the
// broker: it gives the old assignment back, no rebalance follows (KIP-345), and the task stays with nobody.
type orphans struct{ seen bool } // at the last look

// view is what a broker says of the stage's group.
type view struct {
	stable bool
	given  int    // tasks that a member has
	first  string // of the members' names; empty: there is no member, or none with a name
}

// viewOf reads a description. A task has the same partition of every input: input is any of them.
func viewOf(group kadm.DescribedGroup, input string) view {
	v := view{stable: group.Err == nil && group.State == "Stable", given: len(group.AssignedPartitions()[input])}
	if len(group.Members) > 0 && group.Members[0].InstanceID != nil {
		v.first = *group.Members[0].InstanceID // they are sorted by it
	}
	return v
}

// look tells whether this member is to ask for a rebalance: a task of a stable group was with nobody at two looks, so that it
// is hardly on its way (if it is, one rebalance too many does no harm), and of all members the first asks.
func (o *orphans) look(now view, tasks int, instance string) bool {
	forgotten := now.stable && now.given < tasks
	asks := o.seen && forgotten && now.first == instance
	o.seen = forgotten && !asks
	return asks
}

// adopt has the group give forgotten tasks to someone. When a member joins once more, the broker begins a rebalance only if it
// is the leader or says something new. It does: the generation that it is in (taskBalancer.JoinGroupMetadata).
func (s *session) adopt(ctx context.Context, o *orphans, tasks int) {
	asking, cancel := context.WithTimeout(ctx, measureEvery)
	defer cancel()
	stage := s.program.Stage()
	described, err := s.admin.DescribeGroups(asking, stage.Group())
	if err != nil {
		return // there is a next look
	}
	if o.look(viewOf(described[stage.Group()], stage.Inputs()[0]), tasks, s.options.Instance) {
		s.log.Warn("a task is with nobody: asking the group for a rebalance", "group", stage.Group())
		s.client.ForceRebalance()
	}
}
