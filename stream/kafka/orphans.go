package kafka

import (
	"context"

	"github.com/twmb/franz-go/pkg/kadm"
)

// orphans notices tasks that the group has forgotten. In a cooperative rebalance a task that moves is with nobody until its
// old owner has joined once more. When that one dies in between and comes back under its name, the group is stable for the
// broker: it gives the old assignment back, no rebalance follows (KIP-345), and the task stays with nobody.
type orphans struct{ seen bool }

// look tells whether this member is to ask for a rebalance: a task of a stable group has been with nobody for two looks, and
// of all members this one has the first name, so that one asks.
func (o *orphans) look(group kadm.DescribedGroup, topic string, tasks int, instance string) bool {
	stable := group.Err == nil && group.State == "Stable" && len(group.Members) > 0
	forgotten := stable && len(group.AssignedPartitions()[topic]) < tasks
	first := forgotten && group.Members[0].InstanceID != nil && *group.Members[0].InstanceID == instance
	asks := o.seen && first
	o.seen = forgotten && !asks
	return asks
}

// adopt has the group give forgotten tasks to someone.
func (s *session) adopt(ctx context.Context, o *orphans, tasks int) {
	stage := s.program.Stage()
	described, err := s.admin.DescribeGroups(ctx, stage.Group())
	if err != nil || s.client == nil {
		return // there is a next look
	}
	if o.look(described[stage.Group()], stage.Inputs()[0], tasks, s.options.Instance) {
		s.log.Warn("a task is with nobody: asking the group for a rebalance", "group", stage.Group())
		s.client.ForceRebalance()
	}
}
