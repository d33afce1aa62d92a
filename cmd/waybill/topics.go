package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/processors"
	"waybill/stream"
	"waybill/topics"
)

func newTopics() *cobra.Command {
	return group(&cobra.Command{
		Use:   "topics",
		Short: "The catalogue of topics, and a cluster that agrees with it",
		Long: `The catalogue says of every topic what its key is, who owns it, who may write it, in what order and how long it is kept.
list and describe print it; plan compares a cluster and its registry with it; apply makes them agree.`,
		Example: `  waybill topics list
  waybill topics describe wms.shipments
  waybill topics plan --brokers kafka:9092 --registry http://registry:8081
  waybill topics apply --replication-factor 3 --min-insync 2`,
	}, newTopicsList(), newTopicsDescribe(), newTopicsPlan(), newTopicsApply())
}

func newTopicsList() *cobra.Command {
	var output string
	command := &cobra.Command{
		Use:   "list",
		Short: "List the topics of the catalogue, sources first, then in the order of the flow",
		Example: `  waybill topics list
  waybill topics list --output json | jq -r '.[] | select(.role == "source") | .topic'`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			config, err := loadConfig(command)
			if err != nil {
				return err
			}
			catalogue, err := loadCatalogue(config.Catalogue)
			if err != nil {
				return err
			}
			p := newPrinter(command)
			summaries := catalogue.List()
			if output == "json" {
				return p.json(summaries)
			}
			t := p.table("", topics.SummaryColumns(), "partitions")
			for _, summary := range summaries {
				var cells []cell
				for _, text := range summary.Cells() {
					cells = append(cells, text)
				}
				t.row(cells...)
			}
			t.printCut()
			return nil
		},
	}
	configFlags(command, "catalogue")
	outputFlag(command, &output)
	return command
}

func newTopicsDescribe() *cobra.Command {
	var output string
	command := &cobra.Command{
		Use:   "describe TOPIC",
		Short: "Everything that the catalogue says of a topic",
		Long:  `Prints everything that the catalogue says of a topic. The JSON output has the topic's contract, an Avro schema, too.`,
		Example: `  waybill topics describe wms.shipments
  waybill topics describe wms.shipments --output json | jq .contract`,
		Args:              arguments("TOPIC", 1),
		ValidArgsFunction: completeTopics(everyTopic),
		RunE: func(command *cobra.Command, args []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			config, err := loadConfig(command)
			if err != nil {
				return err
			}
			catalogue, err := loadCatalogue(config.Catalogue)
			if err != nil {
				return err
			}
			entry, err := topicOf(catalogue, args[0])
			if err != nil {
				return err
			}
			p := newPrinter(command)
			description, _ := catalogue.Describe(entry.Name)
			if output == "json" {
				return p.json(description)
			}
			t := p.table("", nil)
			for _, line := range description.Lines() {
				t.row(p.faint(line[0]), line[1])
			}
			t.print()
			return nil
		},
	}
	configFlags(command, "catalogue")
	outputFlag(command, &output)
	return command
}

// clusterFlags are what the catalogue leaves to the cluster.
type clusterFlags struct{ replication, minInsync int16 }

func (f *clusterFlags) declare(command *cobra.Command) {
	command.Flags().Int16Var(&f.replication, "replication-factor", 0, "copies of each topic; the broker's default when 0")
	command.Flags().Int16Var(&f.minInsync, "min-insync", 0, "min.insync.replicas of each topic; left as it is when 0")
}

func (f *clusterFlags) options(catalogue topics.Catalogue) topics.Options {
	return topics.Options{
		ReplicationFactor: f.replication, MinInsync: f.minInsync, Extra: stream.Changelogs(catalogue, processors.Stages(catalogue)),
	}
}

func newTopicsPlan() *cobra.Command {
	var output string
	var flags clusterFlags
	command := &cobra.Command{
		Use:   "plan",
		Short: "What apply would change on the cluster and in the registry",
		Long: `Compares topics, configs, contracts, compatibility levels and repairs on a cluster and in its registry with the
catalogue, the changelogs of the stages included. It changes nothing. Exit code 3 when there is something to change.`,
		Example: `  waybill topics plan
  waybill topics plan --replication-factor 3 --min-insync 2 --output json`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			return planTopics(command, flags, output, false)
		},
	}
	configFlags(command, connectionKeys...)
	flags.declare(command)
	outputFlag(command, &output)
	return command
}

func newTopicsApply() *cobra.Command {
	var output string
	var flags clusterFlags
	var dryRun bool
	command := &cobra.Command{
		Use:   "apply",
		Short: "Make the cluster and the registry agree with the catalogue",
		Long: `Creates topics, sets configs, registers contracts, sets compatibility levels and publishes the repairs of the catalogue.
It may be repeated: a plan after it is empty. What would move keys to other partitions or break a contract is refused, with
the reason; then nothing is changed.`,
		Example: `  waybill topics apply --dry-run
  waybill topics apply --replication-factor 3 --min-insync 2`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			return planTopics(command, flags, output, !dryRun)
		},
	}
	configFlags(command, connectionKeys...)
	flags.declare(command)
	command.Flags().BoolVar(&dryRun, "dry-run", false, "print the plan and change nothing: as plan does")
	outputFlag(command, &output)
	return command
}

func planTopics(command *cobra.Command, flags clusterFlags, output string, apply bool) error {
	if err := checkOutput(output); err != nil {
		return err
	}
	c, err := connected(command)
	if err != nil {
		return err
	}
	options := flags.options(c.catalogue)
	return c.withClient(func(client *kgo.Client) error {
		changes, err := topics.Plan(command.Context(), client, c.registry, c.catalogue, options)
		if err != nil {
			return err
		}
		return settleChanges(newPrinter(command), output, changes, apply, func() error {
			return topics.Apply(command.Context(), client, c.registry, changes)
		})
	})
}

// applied is what plan and apply print as JSON.
type applied struct {
	topics.Changes
	Applied bool `json:"applied"`
}

// settleChanges prints a plan, and what became of it when it is to be applied.
func settleChanges(p *printer, output string, changes topics.Changes, apply bool, do func() error) error {
	done := apply && len(changes.Refused) == 0 && len(changes.Changes) > 0
	if done {
		if err := do(); err != nil {
			return fmt.Errorf("%w\nWhat came before it is done: look with `waybill topics plan`, and repeat", err)
		}
	}
	if output == "json" {
		if err := p.json(applied{changes, done}); err != nil {
			return err
		}
	} else {
		printChanges(p, changes, done)
	}
	switch {
	case len(changes.Refused) > 0 && apply:
		return fmt.Errorf("nothing was changed: %s for a person to decide", plural(len(changes.Refused), "difference is", "differences are"))
	case !changes.Empty() && !apply:
		return findings{}
	}
	return nil
}

func printChanges(p *printer, changes topics.Changes, done bool) {
	if changes.Empty() {
		p.line("Nothing to change: all agrees with the catalogue.")
		return
	}
	t := p.table("", []string{"change", "of", ""})
	for _, change := range changes.Changes {
		t.row(p.good(string(change.Action)), change.Target, change.Detail())
	}
	for _, refusal := range changes.Refused {
		t.row(p.bad("refused"), refusal.Target, refusal.Reason)
	}
	t.print()
	var counted []string
	if n := len(changes.Changes); n > 0 {
		verb := "to make"
		if done {
			verb = "made"
		}
		counted = append(counted, fmt.Sprintf("%s %s", plural(n, "change", "changes"), verb))
	}
	if n := len(changes.Refused); n > 0 {
		counted = append(counted, fmt.Sprintf("%d refused", n))
	}
	p.line("\n%s.", strings.Join(counted, ", "))
}
