package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"waybill/schemas"
	"waybill/state"
	"waybill/stream"
)

// process is a `waybill run`: all stages, each with a disk of its own, that is killed, stopped and started again.
type process struct {
	cluster  *Cluster
	name     string
	disks    map[string]state.Disk // by stage
	backups  map[string]state.Disk
	stages   []*stream.Stage
	sessions []*session
	running  bool
	leaving  bool      // it is to end as it should
	stopped  time.Time // it stands still until then
	skew     time.Duration
}

// now is the process's own clock.
func (p *process) now() time.Time { return p.cluster.now.Add(p.skew) }

// start runs the stages, on disks to which something may have happened.
func (p *process) start() {
	c := p.cluster
	if p.running {
		return
	}
	p.running = true
	registry := &unsteadyRegistry{c.registry, c.chaos, c.steady, c.chaos.strike(RegistryGivesAnotherID)}
	happened := c.chaos.any(StoreWiped, StoreOfAnother, StoreFromBackup)
	p.sessions = nil
	for _, stage := range p.stages {
		if p.disks[stage.Name] == nil || happened == StoreWiped {
			p.disks[stage.Name] = c.newDisk()
		}
		switch happened {
		case StoreOfAnother:
			p.disks[stage.Name] = c.diskOfAnother()
		case StoreFromBackup:
			if backup := p.backups[stage.Name]; backup != nil {
				p.disks[stage.Name] = backup.Copy()
			}
		}
		program, err := stream.Bind(stage, registry, c.options.Release)
		if err != nil {
			c.fail(err)
			return
		}
		p.sessions = append(p.sessions, newSession(p, program))
	}
	c.note(p, "", "started%s", happenedText(happened))
	c.broker.log.version++
}

func happenedText(f Fault) string {
	if f == NoFault {
		return ""
	}
	return ": " + f.What()
}

// kill ends the process at once; what of its disks survives is drawn. It starts again later.
func (p *process) kill() {
	survive := 100
	switch p.cluster.chaos.any(LostAllUnsynced, LostHalfUnsynced, LostNothing) {
	case LostAllUnsynced:
		survive = 0
	case LostHalfUnsynced:
		survive = 50
	}
	p.crash(survive)
}

func (p *process) crash(survive int) {
	c := p.cluster
	for _, s := range p.sessions {
		s.killed = true
		s.end()
		if s.member != nil {
			s.member.silent, c.broker.silence = true, true
		}
		p.disks[s.stage.Name].Crash(survive, rand.New(rand.NewPCG(c.options.Seed, uint64(len(c.chaos.strikes)))))
	}
	away := time.Duration(c.random.IntN(3000)) * time.Millisecond
	switch c.chaos.any(ProcessReplaced, StoreOutlivesTombstones) {
	case ProcessReplaced:
		away = sessionTimeout + time.Duration(c.random.IntN(20_000))*time.Millisecond
	case StoreOutlivesTombstones:
		away = tombstoneRetention + time.Hour
	}
	c.note(p, "", "is down; %d %% of what was unsynced survives; back in %s", survive, away)
	p.down(away)
}

// down is a process that does not run, and is started again after a while.
func (p *process) down(away time.Duration) {
	c := p.cluster
	if c.random.IntN(4) == 0 {
		for stage, disk := range p.disks {
			p.backups[stage] = disk.Copy()
		}
	}
	for _, s := range p.sessions {
		s.end() // a coroutine that has told its end still waits
	}
	p.running, p.leaving, p.sessions, p.stopped = false, false, nil, time.Time{}
	c.broker.log.version++
	c.At(c.now.Add(away), p.start)
}

// left notes that a session has ended as it should.
func (p *process) left() {
	for _, s := range p.sessions {
		if s.state != over {
			return
		}
	}
	p.cluster.note(p, "", "has ended as it should")
	p.down(time.Duration(p.cluster.random.IntN(60)) * time.Second)
}

// stop has the process stand still: the brokers hear nothing of it.
func (p *process) stop(until time.Time) {
	p.stopped = until
	for _, s := range p.sessions {
		if s.member != nil {
			s.member.silent, p.cluster.broker.silence = true, true
		}
	}
}

// goOn ends a standstill; the process does not know that there was one.
func (p *process) goOn() {
	p.stopped = time.Time{}
	for _, s := range p.sessions {
		if s.member != nil {
			s.member.silent, s.member.seen = false, p.cluster.now
		}
	}
}

// unsteadyRegistry is a registry that is away now and then. For the schemas of reference data it is not: how many of their
// rows are read at a start depends on what survived on the disk, and so would what strikes after; reading them is a place
// of its own where it is away (followReferences).
type unsteadyRegistry struct {
	schemas.Registry
	chaos  *chaos
	steady map[int]bool
	other  bool // it gives other ids
}

func (r *unsteadyRegistry) Schema(ctx context.Context, id int) (string, error) {
	if !r.steady[id] && r.chaos.strike(RegistryAwayForReading) {
		return "", fmt.Errorf("schema %d: %w", id, schemas.ErrRegistryUnavailable)
	}
	return r.Registry.Schema(ctx, id)
}

func (r *unsteadyRegistry) ID(ctx context.Context, subject, schema string) (int, error) {
	if r.chaos.strike(RegistryAwayForWriting) {
		return 0, fmt.Errorf("id of %s: %w", subject, schemas.ErrRegistryUnavailable)
	}
	if r.other {
		schema += " " // the same schema, under an id of its own
	}
	return r.Registry.ID(ctx, subject, schema)
}

// unsteadyStore is a store whose disk lets it down now and then. It does so in steps and when an epoch is applied, which
// are the same whatever kind of store it is; how much a restore has to read is not, and neither is whether the schema of
// older rows was read by an earlier run.
type unsteadyStore struct {
	state.Store
	chaos  *chaos
	steady bool
}

func (s *unsteadyStore) fault() error {
	if s.steady {
		return nil
	}
	return storeFault(s.chaos)
}

func storeFault(chaos *chaos) error {
	switch chaos.any(StoreFails, StoreCorrupt) {
	case StoreFails:
		return fmt.Errorf("%w: no space left on device", state.ErrFailed)
	case StoreCorrupt:
		return fmt.Errorf("block 7: %w", state.ErrCorrupt)
	}
	return nil
}

func (s *unsteadyStore) Get(key []byte) ([]byte, error) {
	if !stream.IsRowSchema(key) {
		if err := s.fault(); err != nil {
			return nil, err
		}
	}
	return s.Store.Get(key)
}

func (s *unsteadyStore) Scan(from, to []byte) (state.Iterator, error) {
	if err := s.fault(); err != nil {
		return nil, err
	}
	return s.Store.Scan(from, to)
}

func (s *unsteadyStore) Apply(batch *state.Batch) error {
	if err := s.fault(); err != nil {
		return err
	}
	return s.Store.Apply(batch)
}
