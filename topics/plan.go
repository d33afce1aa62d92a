package topics

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// Registry is what planning and applying need of a schema registry: schemas.RegistryClient is one.
type Registry interface {
	schemas.Registry
	// Register returns the id of a schema under its subject, registered now or before.
	Register(ctx context.Context, subject, schema string) (int, error)
	// Latest returns id 0 when the subject has no schema.
	Latest(ctx context.Context, subject string) (id int, schema string, err error)
	// Compatible says whether a schema may follow the latest of its subject, or why not.
	Compatible(ctx context.Context, subject, schema string) (bool, []string, error)
	// Compatibility returns the level that is set for the subject, or nothing.
	Compatibility(ctx context.Context, subject string) (string, error)
	SetCompatibility(ctx context.Context, subject, level string) error
}

// Options are what the cluster, not the catalogue, decides.
type Options struct {
	ReplicationFactor int16   // of topics to be created; 0: the broker's default
	MinInsync         int16   // min.insync.replicas of all topics; 0: not touched
	Extra             []Entry // topics that are in no catalogue: the stages' changelogs
}

// valid checks the options against each other, all of them at once.
func (o Options) valid() error {
	var problems []error
	if o.ReplicationFactor < 0 {
		problems = append(problems, fmt.Errorf("replication factor %d is negative", o.ReplicationFactor))
	}
	if o.MinInsync < 0 {
		problems = append(problems, fmt.Errorf("min.insync.replicas %d is negative", o.MinInsync))
	}
	if o.ReplicationFactor > 0 && o.MinInsync > o.ReplicationFactor {
		problems = append(problems, fmt.Errorf("min.insync.replicas %d is more than the replication factor %d: nobody could write", o.MinInsync, o.ReplicationFactor))
	}
	return errors.Join(problems...)
}

// Plan compares a cluster and a registry with the catalogue and changes nothing. The client must neither consume nor be
// transactional.
func Plan(ctx context.Context, client *kgo.Client, registry Registry, catalogue Catalogue, options Options) (Changes, error) {
	if err := options.valid(); err != nil {
		return Changes{}, err
	}
	p := &planning{client: client, admin: kadm.NewClient(client), registry: registry, options: options}
	p.changes = Changes{Changes: []Change{}, Refused: []Refusal{}}
	entries := append(catalogue.Topics(), options.Extra...)
	if err := p.planTopics(ctx, entries); err != nil {
		return Changes{}, err
	}
	for _, entry := range entries {
		if err := p.planSubject(ctx, entry); err != nil {
			return Changes{}, err
		}
	}
	if err := p.planRepairs(ctx, catalogue); err != nil {
		return Changes{}, err
	}
	return p.changes, nil
}

// planning is a plan while it is being made.
type planning struct {
	client   *kgo.Client
	admin    *kadm.Client
	registry Registry
	options  Options
	existing kadm.TopicDetails
	changes  Changes
}

func (p *planning) add(change Change) { p.changes.Changes = append(p.changes.Changes, change) }

func (p *planning) refuse(target, format string, args ...any) {
	p.changes.Refused = append(p.changes.Refused, Refusal{target, fmt.Sprintf(format, args...)})
}

// exists says whether the cluster has the topic.
func (p *planning) exists(name string) bool {
	return p.existing.Has(name) && p.existing[name].Err == nil
}

// uncached asks the brokers for metadata: the client's own may be seconds old, from before topics were created. That it is
// by asking for authorized operations too is the admin client's way.
func uncached(ctx context.Context) context.Context { return kadm.WithAuthorizedOps(ctx) }

func (p *planning) planTopics(ctx context.Context, entries []Entry) error {
	var names, standing []string
	for _, entry := range entries {
		names = append(names, entry.Name)
	}
	var err error
	if p.existing, err = p.admin.ListTopics(uncached(ctx), names...); err != nil {
		return fmt.Errorf("list topics: %w", err)
	}
	for _, name := range names {
		if detail := p.existing[name]; detail.Err != nil && !errors.Is(detail.Err, kerr.UnknownTopicOrPartition) {
			return fmt.Errorf("describe topic %s: %w", name, detail.Err)
		}
		if p.exists(name) {
			standing = append(standing, name)
		}
	}
	configs, err := p.admin.DescribeTopicConfigs(ctx, standing...)
	if err != nil {
		return fmt.Errorf("describe topic configs: %w", err)
	}
	for _, entry := range entries {
		if !p.exists(entry.Name) {
			p.planCreation(entry)
			continue
		}
		p.checkShape(entry)
		if err := p.planConfigs(entry, configs); err != nil {
			return err
		}
	}
	return nil
}

// wanted are the configs of an entry with what the options add.
func (p *planning) wanted(entry Entry) map[string]string {
	wanted := entry.Configs()
	if p.options.MinInsync > 0 {
		wanted[configMinInsync] = fmt.Sprint(p.options.MinInsync)
	}
	return wanted
}

func (p *planning) planCreation(entry Entry) {
	topic := &newTopic{partitions: entry.Partitions, replication: -1, configs: p.wanted(entry)}
	copies := "the broker's number of replicas"
	if p.options.ReplicationFactor > 0 {
		topic.replication = p.options.ReplicationFactor
		copies = fmt.Sprintf("%d replicas", topic.replication)
	}
	kept := "kept " + FormatDuration(entry.Retention)
	if entry.Compacted() {
		kept = "compacted"
	}
	p.add(Change{Action: CreateTopic, Target: entry.Name, To: fmt.Sprintf("%d partitions, %s, %s", entry.Partitions, copies, kept), topic: topic})
}

// checkShape refuses what would move keys or data: partitions and replicas of a topic that stands.
func (p *planning) checkShape(entry Entry) {
	detail := p.existing[entry.Name]
	if count := len(detail.Partitions); count != int(entry.Partitions) {
		p.refuse(entry.Name, "has %d partitions, the catalogue says %d: changing the number would send keys to other partitions than their earlier "+
			"events and state, so it is never done to a standing topic: set the catalogue to %d, or move to a new set of topics", count, entry.Partitions, count)
	}
	replicas := detail.Partitions.NumReplicas()
	if wanted := int(p.options.ReplicationFactor); wanted > 0 && replicas != wanted {
		p.refuse(entry.Name, "has %d replicas, not %d: moving data is the operator's: reassign the partitions with Kafka's own tool, or leave the replication factor out", replicas, wanted)
	}
	if least := int(p.options.MinInsync); least > replicas {
		p.refuse(entry.Name, "has %d replicas, fewer than min.insync.replicas %d: nobody could write to it", replicas, least)
	}
}

func (p *planning) planConfigs(entry Entry, configs kadm.ResourceConfigs) error {
	described, err := configs.On(entry.Name, func(c *kadm.ResourceConfig) error { return c.Err })
	if err != nil {
		return fmt.Errorf("describe the configs of topic %s: %w", entry.Name, err)
	}
	wanted := p.wanted(entry)
	for _, name := range sortedKeys(wanted) {
		current := valueOf(described, name)
		if current != wanted[name] {
			p.add(Change{Action: SetConfig, Target: entry.Name, Setting: name, From: current, To: wanted[name]})
		}
	}
	return nil
}

// planSubject compares a topic's contract and level with the registry. It asks for the contract, not for its text: a
// registry may write a schema in its own way.
func (p *planning) planSubject(ctx context.Context, entry Entry) error {
	contract, ok := schemas.Contract(entry.Name)
	if entry.Subject == "" || !ok {
		return nil
	}
	latest, _, err := p.registry.Latest(ctx, entry.Subject)
	if err != nil {
		return err
	}
	level, err := p.registry.Compatibility(ctx, entry.Subject)
	if err != nil {
		return err
	}
	if level != entry.Compatibility {
		p.add(Change{Action: SetCompatibility, Target: entry.Subject, From: level, To: entry.Compatibility, created: latest == 0})
	}
	switch _, err := p.registry.ID(ctx, entry.Subject, contract); {
	case err == nil:
		return nil
	case !errors.Is(err, schemas.ErrNotRegistered):
		return err
	}
	if latest != 0 && level == entry.Compatibility {
		fits, reasons, err := p.registry.Compatible(ctx, entry.Subject, contract)
		if err != nil {
			return err
		}
		if !fits {
			p.refuse(entry.Subject, "the contract does not follow schema %d at level %s: %s", latest, level, orNone(fmt.Sprint(reasons)))
			return nil
		}
	}
	p.add(Change{Action: RegisterSchema, Target: entry.Subject, To: "contract of " + entry.Name, schema: contract, created: latest == 0})
	return nil
}
