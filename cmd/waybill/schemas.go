package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"waybill/schemas"
	"waybill/topics"
)

func newSchemas() *cobra.Command {
	return group(&cobra.Command{
		Use:   "schemas",
		Short: "The contracts of the topics against the schema registry",
		Long: `Every topic's values have a contract, an Avro schema. Sources and stages find each other through the registry, so the
contracts have to be there before anything runs. topics apply registers them too; these commands need no broker.`,
		Example: `  waybill schemas check --registry http://registry:8081
  waybill schemas register --dry-run
  waybill schemas diff wms.shipments`,
	}, newSchemasCheck(), newSchemasRegister(), newSchemasDiff())
}

func newSchemasCheck() *cobra.Command {
	var output string
	command := &cobra.Command{
		Use:   "check",
		Short: "Are the contracts registered, and do they follow what is?",
		Long: `Looks up every contract in the registry: is it registered, may it follow the subject's latest schema, is the subject held
to the catalogue's compatibility level? Exit code 3 when something is not as it should be.`,
		Example: `  waybill schemas check
  waybill schemas check --output json | jq '.[] | select(.problems != [])'`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			c, err := configured(command)
			if err != nil {
				return err
			}
			checks, err := topics.CheckSchemas(command.Context(), c.registry, c.catalogue)
			if err != nil {
				return registryHint(err)
			}
			p := newPrinter(command)
			wrong := 0
			for _, check := range checks {
				wrong += min(len(check.Problems), 1)
			}
			if output == "json" {
				err = p.json(checks)
			} else {
				printSchemaChecks(p, checks, wrong)
			}
			if err == nil && wrong > 0 {
				return findings{}
			}
			return err
		},
	}
	configFlags(command, registryKeys...)
	outputFlag(command, &output)
	return command
}

func printSchemaChecks(p *printer, checks []topics.SubjectCheck, wrong int) {
	t := p.table("", []string{"subject", "id", "level", "result"}, "id")
	for _, check := range checks {
		id, result := "", p.good("registered")
		if check.Registered {
			id = fmt.Sprint(check.SchemaID)
		}
		if len(check.Problems) > 0 {
			result = p.bad(strings.Join(check.Problems, "; "))
		}
		t.row(check.Subject, id, check.Level, result)
	}
	t.print()
	if wrong == 0 {
		p.line("\nAll %d contracts are registered.", len(checks))
		return
	}
	p.line("\n%d of %d need something: `waybill schemas register` does what can be done, `waybill schemas diff TOPIC` shows the rest.", wrong, len(checks))
}

// registryHint says how to name another registry.
func registryHint(err error) error {
	if errors.Is(err, schemas.ErrRegistryUnavailable) {
		return fmt.Errorf("%w: start it, or say where it is with --registry or %sREGISTRY", err, environmentPrefix)
	}
	return err
}

func newSchemasRegister() *cobra.Command {
	var output string
	var dryRun bool
	command := &cobra.Command{
		Use:   "register",
		Short: "Register the contracts and set the compatibility levels",
		Long: `Registers every contract that is not registered yet under its topic's subject and sets the catalogue's compatibility
levels. It may be repeated. A contract that may not follow the registered schema is refused, with the reason; then nothing
is changed.`,
		Example: `  waybill schemas register --dry-run
  waybill schemas register --registry http://registry:8081`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			c, err := configured(command)
			if err != nil {
				return err
			}
			changes, err := topics.PlanSchemas(command.Context(), c.registry, c.catalogue)
			if err != nil {
				return registryHint(err)
			}
			return settleChanges(newPrinter(command), output, changes, !dryRun, func() error {
				return topics.ApplySchemas(command.Context(), c.registry, changes)
			})
		},
	}
	configFlags(command, registryKeys...)
	command.Flags().BoolVar(&dryRun, "dry-run", false, "print what would be done and change nothing; exit code 3 when there is something")
	outputFlag(command, &output)
	return command
}

// schemaDiff is what `schemas diff` prints as JSON.
type schemaDiff struct {
	Topic       string   `json:"topic"`
	Subject     string   `json:"subject"`
	SchemaID    int      `json:"schema_id"`   // the registry's latest; 0: there is none
	Differences []string `json:"differences"` // what the contract changes, in words
	Unreadable  []string `json:"unreadable"`  // why the contract does not read what was written by the latest; none when it does
}

func newSchemasDiff() *cobra.Command {
	var output string
	command := &cobra.Command{
		Use:   "diff TOPIC",
		Short: "What the contract changes in the registry's latest schema, field by field",
		Long: `Compares the latest schema that is registered for a topic with the contract, field by field and in words, and says whether
the contract reads what is written by it. Exit code 3 when they differ.`,
		Example:           `  waybill schemas diff wms.shipments`,
		Args:              arguments("TOPIC", 1),
		ValidArgsFunction: completeTopics(func(entry topics.Entry) bool { return entry.Subject != "" }),
		RunE: func(command *cobra.Command, args []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			c, err := configured(command)
			if err != nil {
				return err
			}
			entry, err := topicOf(c.catalogue, args[0])
			if err != nil {
				return err
			}
			contract, ok := schemas.Contract(entry.Name)
			if !ok {
				return usage{fmt.Errorf("%s holds raw bytes: it has no contract", entry.Name)}
			}
			diff, err := diffSchema(command.Context(), c, entry, contract)
			if err != nil {
				return registryHint(err)
			}
			return printDiff(newPrinter(command), output, diff)
		},
	}
	configFlags(command, registryKeys...)
	outputFlag(command, &output)
	return command
}

func diffSchema(ctx context.Context, c *connection, entry topics.Entry, contract string) (schemaDiff, error) {
	diff := schemaDiff{Topic: entry.Name, Subject: entry.Subject, Differences: []string{}, Unreadable: []string{}}
	id, latest, err := c.registry.Latest(ctx, entry.Subject)
	if err != nil || id == 0 {
		return diff, err
	}
	diff.SchemaID = id
	lines, err := schemas.Diff(latest, contract)
	if err != nil {
		return diff, fmt.Errorf("schema %d of %s: %w", id, entry.Subject, err)
	}
	diff.Differences = append(diff.Differences, lines...)
	diff.Unreadable = append(diff.Unreadable, schemas.Compare(latest, contract)...)
	return diff, nil
}

func printDiff(p *printer, output string, diff schemaDiff) error {
	same := diff.SchemaID != 0 && len(diff.Differences) == 0
	if output == "json" {
		if err := p.json(diff); err != nil {
			return err
		}
	} else {
		printDiffWords(p, diff)
	}
	if !same {
		return findings{}
	}
	return nil
}

func printDiffWords(p *printer, diff schemaDiff) {
	if diff.SchemaID == 0 {
		p.line("Nothing is registered under %s: `waybill schemas register` registers the contract.", diff.Subject)
		return
	}
	if len(diff.Differences) == 0 {
		p.line("The contract of %s is the latest schema of %s, number %d.", diff.Topic, diff.Subject, diff.SchemaID)
		return
	}
	p.line("From schema %d, the latest of %s, to the contract:", diff.SchemaID, diff.Subject)
	for _, line := range diff.Differences {
		p.line("  %s", line)
	}
	if len(diff.Unreadable) == 0 {
		p.line("\nThe contract reads what is written by schema %d.", diff.SchemaID)
		return
	}
	p.line("\n%s", p.bad(fmt.Sprintf("The contract does not read what is written by schema %d:", diff.SchemaID)))
	for _, line := range diff.Unreadable {
		p.line("  %s", line)
	}
}
