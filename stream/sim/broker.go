package sim

import (
	"errors"
	"slices"
	"time"

	"waybill/stream"
)

// What the broker answers.
var (
	errFenced          = errors.New("a newer producer has this transactional id")
	errConcurrent      = errors.New("the transaction before is not ended yet")
	errUnknownMember   = errors.New("the group does not know this member")
	errGeneration      = errors.New("this is not the group's generation")
	errUnstableOffsets = errors.New("an undecided transaction holds offsets of the group")
	errNoAnswer        = errors.New("the broker did not answer")
	errRefused         = errors.New("the broker refused a record")
)

// broker is what of a Kafka cluster is not its log: the coordinators of transactions and of groups.
type broker struct {
	log       *Log
	groups    map[string]*group
	inOrder   []*group             // as they were made
	producers map[string]*producer // by transactional id
	open      []*transaction       // undecided, in the order in which they began
	epochs    []*Epoch             // committed, in the order in which they were
	counts    map[stream.Outcome]int64
	silence   bool // a member may be silent
}

// Time-outs, in the clock of the run.
const (
	sessionTimeout     = 10 * time.Second
	transactionTimeout = 10 * time.Second
)

type producer struct {
	id      string
	epoch   int
	current *transaction // undecided
}

type transactionState int

const (
	ongoing transactionState = iota
	committing
	aborting
	committed
	aborted
)

// transaction is decided once its markers are written; until then readers wait at its first record.
type transaction struct {
	producer   *producer
	state      transactionState
	began      time.Time
	partitions []*partition
	group      *group
	offsets    map[Place]int64
	decideAt   time.Time // when its markers are written, once it is ending
	epoch      *Epoch
	counts     []map[stream.Outcome]int64
}

// Epoch is what one committed transaction of a stage took and wrote.
type Epoch struct {
	Stage    string
	From, To map[Place]int64 // of the inputs: taken from, and up to before
	Records  []*stream.Record
}

// Place is a partition of a topic.
type Place struct {
	Topic     string
	Partition int32
}

func (t *transaction) decided() bool { return t.state == committed || t.state == aborted }

func (t *transaction) wrote(p *partition, record *stream.Record) {
	t.epoch.Records = append(t.epoch.Records, record)
	if !slices.Contains(t.partitions, p) {
		t.partitions = append(t.partitions, p)
		p.undecided = append(p.undecided, undecided{t, record.Offset})
	}
}

func newBroker(partitions int32) *broker {
	return &broker{log: newLog(partitions), groups: map[string]*group{}, producers: map[string]*producer{}, counts: map[stream.Outcome]int64{}}
}

// initProducer ends the transaction that an earlier life of the transactional id left open, and fences that life.
func (b *broker) initProducer(id string, now time.Time) (epoch int, err error) {
	p := b.producers[id]
	if p == nil {
		p = &producer{id: id}
		b.producers[id] = p
	}
	if t := p.current; t != nil {
		if t.state == ongoing {
			p.epoch++
			b.ending(t, aborting, now)
		}
		if p.current != nil {
			return 0, errConcurrent
		}
	}
	p.epoch++
	b.log.version++
	return p.epoch, nil
}

// transact returns the open transaction of a producer, begun when there is none.
func (b *broker) transact(id string, epoch int, now time.Time) (*transaction, error) {
	p := b.producers[id]
	if p.epoch != epoch {
		return nil, errFenced
	}
	if p.current == nil {
		p.current = &transaction{producer: p, began: now, offsets: map[Place]int64{}, epoch: &Epoch{}}
		b.open = append(b.open, p.current)
	}
	if p.current.state != ongoing {
		return nil, errConcurrent
	}
	return p.current, nil
}

// commitOffsets puts offsets of a group into a transaction; they count when it commits.
func (b *broker) commitOffsets(t *transaction, of *group, m *member, offsets map[Place]int64) error {
	if err := of.check(m); err != nil {
		return err
	}
	t.group = of
	for at, offset := range offsets {
		t.offsets[at] = offset
	}
	return nil
}

// ending decides a transaction; its markers are written at a time, now or later.
func (b *broker) ending(t *transaction, to transactionState, markersAt time.Time) {
	t.state, t.decideAt = to, markersAt
	b.log.version++
}

// turn does what is due at now: markers, time-outs of transactions and of members.
func (b *broker) turn(now time.Time) {
	b.open = slices.DeleteFunc(b.open, func(t *transaction) bool {
		if t.state == ongoing && now.Sub(t.began) > transactionTimeout {
			t.producer.epoch++ // the producer that was too slow is fenced
			b.ending(t, aborting, now)
		}
		if t.state == ongoing || now.Before(t.decideAt) {
			return false
		}
		b.decide(t)
		return true
	})
	for _, g := range b.inOrder {
		g.turn(now)
	}
}

func (b *broker) decide(t *transaction) {
	if t.state == aborting {
		t.state = aborted
	} else {
		t.state = committed
		for at, offset := range t.offsets {
			t.group.offsets[at] = offset
		}
		b.epochs = append(b.epochs, t.epoch)
		for _, counts := range t.counts {
			for outcome, n := range counts {
				b.counts[outcome] += n
			}
		}
	}
	for _, p := range t.partitions {
		p.append(nil, t)
		p.undecided = slices.DeleteFunc(p.undecided, func(u undecided) bool { return u.of == t })
	}
	t.producer.current = nil
	b.log.version++
}

// nextTurn is when something will be due; zero when nothing will.
func (b *broker) nextTurn() (next time.Time) {
	earlier := func(at time.Time) {
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	for _, t := range b.open {
		if t.state == ongoing {
			earlier(t.began.Add(transactionTimeout + time.Millisecond))
		} else {
			earlier(t.decideAt)
		}
	}
	for _, g := range b.groups {
		for _, m := range g.members {
			if m.silent {
				earlier(m.seen.Add(sessionTimeout + time.Millisecond))
			}
		}
	}
	return next
}

// committedByAll is up to where every group that reads a topic has committed it.
func (b *broker) committedByAll(stages []*stream.Stage, topic string, partition int32) int64 {
	least := b.log.partition(topic, partition).stable()
	for _, stage := range stages {
		switch {
		case slices.Contains(stage.References(), topic):
			return 0 // whoever comes reads it from its start
		case slices.Contains(stage.Inputs(), topic):
			offset := int64(0)
			if g := b.groups[stage.Group()]; g != nil {
				offset = g.offsets[Place{topic, partition}]
			}
			least = min(least, offset)
		}
	}
	return least
}
