package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"waybill/feed"
	"waybill/topics"
)

func newProduce() *cobra.Command {
	var output string
	var dryRun, keepGoing bool
	command := &cobra.Command{
		Use:   "produce TOPIC [FILE]",
		Short: "Write events, one JSON object a line, by the topic's contract",
		Long: `Reads events as lines of JSON from a file, or from standard input, and writes them as Avro by the topic's contract. A line
is the event itself, as ` + "`waybill tail`" + ` shows it under "value": decimals as texts or numbers, timestamps in RFC 3339, dates as
YYYY-MM-DD; a field that may be null or has a default may be left out. The key is made of the fields that the catalogue
names. Only source topics take events; what stages write is theirs alone.

A bad line is named by its number and field. Nothing after the first bad line is written, unless --keep-going writes all
others; --dry-run checks every line and writes none. Exit code 1 when a line is bad.`,
		Example: `  waybill produce commerce.orders orders.ndjson
  waybill produce wms.shipments shipments.ndjson --dry-run
  waybill tail wms.shipments --until-end | jq -c .value | waybill produce wms.shipments --brokers other:9092`,
		Args: arguments("TOPIC and a FILE", 2),
		ValidArgsFunction: func(command *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			return completeTopics(sourceTopic)(command, args, typed)
		},
		RunE: func(command *cobra.Command, args []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			c, err := configured(command)
			if err != nil {
				return err
			}
			entry, err := topicOf(c.catalogue, args[0])
			if err == nil {
				err = takesEvents(entry)
			}
			if err != nil {
				return err
			}
			input, err := openInput(command, args[1:])
			if err != nil {
				return err
			}
			defer input.Close()
			if !dryRun {
				if c, err = connected(command); err != nil {
					return err
				}
			}
			p := newPrinter(command)
			options := feed.LineOptions{Client: c.client, Registry: c.registry, Entry: entry, DryRun: dryRun, KeepGoing: keepGoing}
			outcome, err := feed.Lines(command.Context(), options, input)
			return printOutcome(p, output, outcome, dryRun, dryRun || keepGoing, registryHint(err))
		},
	}
	configFlags(command, connectionKeys...)
	command.Flags().BoolVar(&dryRun, "dry-run", false, "check every line and write none")
	command.Flags().BoolVar(&keepGoing, "keep-going", false, "pass over bad lines and write the others")
	outputFlag(command, &output)
	return command
}

// takesEvents refuses topics that are not for people and source systems to write.
func takesEvents(entry topics.Entry) error {
	if entry.Role == topics.Source {
		return nil
	}
	return usage{fmt.Errorf("%s is written by %s alone: events go to the source topics (`waybill topics list`)", entry.Name, listWords(entry.Producers))}
}

func openInput(command *cobra.Command, file []string) (io.ReadCloser, error) {
	if len(file) > 0 && file[0] != "-" {
		return os.Open(file[0])
	}
	if len(file) == 0 && onTerminal(command) {
		return nil, usage{errors.New("name a FILE, or pipe events in; - reads what is typed")}
	}
	return io.NopCloser(command.InOrStdin()), nil
}

// printOutcome says what became of the lines; all of them were looked at, or those up to the first bad one.
func printOutcome(p *printer, output string, outcome feed.Outcome, dryRun, all bool, failure error) error {
	if output == "json" {
		if err := p.json(outcome); err != nil {
			return err
		}
	} else {
		for _, rejected := range outcome.Rejected {
			p.note("%s", p.bad(rejected.Error()))
		}
		if dryRun {
			p.line("%s would be written to %s; nothing was.", plural(outcome.Lines-len(outcome.Rejected), "event", "events"), outcome.Topic)
		} else {
			p.line("%s written to %s.", plural(outcome.Written, "event", "events"), outcome.Topic)
		}
	}
	switch bad := len(outcome.Rejected); {
	case failure != nil:
		return fmt.Errorf("%w (%s)", failure, plural(outcome.Written, "event was written before", "events were written before"))
	case bad == 0:
		return nil
	case all:
		return fmt.Errorf("%s of %s", plural(bad, "line is no event", "lines are no events"), outcome.Topic)
	}
	return fmt.Errorf("line %d is no event of %s: nothing after it was written; --keep-going writes the others", outcome.Rejected[0].Line, outcome.Topic)
}

// listWords lists words as people do: a, b and c.
func listWords(words []string) string {
	text := ""
	for i, word := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			text += " and "
		default:
			text += ", "
		}
		text += word
	}
	return text
}
