package sim

import (
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// group is a stage's consumer group: static members, cooperative rebalances, whole tasks. Which member gets a free task is
// drawn, as nothing may depend on it.
type group struct {
	broker     *broker
	random     *rand.Rand
	tasks      int32
	offsets    map[Place]int64 // committed
	generation int
	members    map[string]*member // by instance
	owners     []*member          // of each task: who may run it; nil: nobody
	target     []*member          // of each task: who is to run it
	balancing  bool               // members are to join
}

// member is one membership of an instance.
type member struct {
	instance   string
	generation int
	joined     bool // the rebalance under way
	silent     bool // it sends no heartbeats: dead or stopped
	seen       time.Time
}

func (b *broker) group(name string, random *rand.Rand) *group {
	g := b.groups[name]
	if g == nil {
		g = &group{broker: b, random: random, tasks: b.log.partitions, offsets: map[Place]int64{}, members: map[string]*member{}}
		g.owners, g.target = make([]*member, g.tasks), make([]*member, g.tasks)
		b.groups[name] = g
		b.inOrder = append(b.inOrder, g)
	}
	return g
}

// join makes an instance a member. One that comes back under its name takes its own place, mostly without a rebalance; the
// one before is fenced.
func (g *group) join(instance string, now time.Time) *member {
	m := &member{instance: instance, seen: now}
	if before := g.members[instance]; before != nil {
		for task := range g.owners {
			if g.owners[task] == before {
				g.owners[task] = nil
			}
			if g.target[task] == before {
				g.target[task] = m
			}
		}
	}
	before := g.members[instance]
	if g.members[instance] = m; before == nil || g.balancing || g.random.IntN(4) == 0 {
		g.rebalance()
	}
	g.broker.log.version++
	return m
}

// leave gives a member's tasks free.
func (g *group) leave(m *member) {
	if g.members[m.instance] != m {
		return
	}
	delete(g.members, m.instance)
	for task := range g.owners {
		if g.owners[task] == m {
			g.owners[task] = nil
		}
	}
	g.rebalance()
}

// rebalance asks all members to join again.
func (g *group) rebalance() {
	g.balancing = true
	for _, m := range g.members {
		m.joined = false
	}
	g.broker.log.version++
}

// turn removes members that were silent for too long, and ends a rebalance that all have joined.
func (g *group) turn(now time.Time) {
	if !g.balancing && !g.broker.silence {
		return
	}
	joined := true
	for _, m := range g.members {
		switch {
		case m.silent && now.Sub(m.seen) > sessionTimeout:
			g.leave(m)
			joined = false
		case !m.joined:
			joined = false
		}
	}
	if !g.balancing || !joined {
		return
	}
	g.balancing = false
	g.generation++
	g.broker.log.version++
	g.assign()
}

// assign draws who is to run each task, evenly; a task mostly stays where it is.
func (g *group) assign() {
	instances := slices.Sorted(maps.Keys(g.members))
	if len(instances) == 0 {
		clear(g.target)
		return
	}
	load := map[*member]int{}
	most := (int(g.tasks) + len(instances) - 1) / len(instances)
	for task, owner := range g.owners {
		if owner != nil && load[owner] < most && g.random.IntN(8) > 0 {
			g.target[task] = owner
			load[owner]++
			continue
		}
		g.target[task] = nil
	}
	for task := range g.target {
		for g.target[task] == nil {
			if m := g.members[instances[g.random.IntN(len(instances))]]; load[m] < most {
				g.target[task] = m
				load[m]++
			}
		}
	}
}

// sync is what a member does between two epochs: it joins a rebalance, gives up what it is to give up, and takes what is
// free. It returns the tasks that it may run.
func (g *group) sync(m *member, now time.Time) ([]int32, error) {
	if g.members[m.instance] != m {
		return nil, errUnknownMember
	}
	m.seen = now
	if g.balancing {
		if !m.joined {
			m.joined = true
			g.broker.log.version++
		}
		return g.owned(m), nil
	}
	m.generation = g.generation
	for task := range g.owners {
		switch {
		case g.owners[task] == m && g.target[task] != m:
			g.owners[task] = nil
			g.broker.log.version++
		case g.owners[task] == nil && g.target[task] == m:
			g.owners[task] = m
			g.broker.log.version++
		}
	}
	return g.owned(m), nil
}

func (g *group) owned(m *member) (tasks []int32) {
	for task, owner := range g.owners {
		if owner == m {
			tasks = append(tasks, int32(task))
		}
	}
	return tasks
}

// check is what the coordinator asks of a commit and of a heartbeat.
func (g *group) check(m *member) error {
	switch {
	case g.members[m.instance] != m:
		return errUnknownMember
	case m.generation != g.generation:
		return errGeneration
	}
	return nil
}

// stable returns a partition's committed offset; it fails while an undecided transaction holds offsets of the group.
func (g *group) stable(task int32) error {
	for _, t := range g.broker.open {
		if t.group != g || t.decided() {
			continue
		}
		for at := range t.offsets {
			if at.Partition == task {
				return errUnstableOffsets
			}
		}
	}
	return nil
}
