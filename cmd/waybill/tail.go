package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/inspect"
	"waybill/topics"
)

// tailing is what tail reads and shows.
type tailing struct {
	fromStart, untilEnd, unmask bool
	partition                   int32
	key                         string
	limit                       int
}

func newTail() *cobra.Command {
	var t tailing
	command := &cobra.Command{
		Use:   "tail TOPIC",
		Short: "Print a topic's records as JSON, one a line",
		Long: `Prints the records of a topic, one JSON object a line: topic, partition, offset, key, time, headers and value. The value is
read with the schema that it was written with: decimals are texts, timestamps RFC 3339 in UTC. What cannot be read, and
every dead letter, is shown as its bytes (raw, in base64) with the problem. Records of open or aborted transactions are
never shown.

It begins at the end and goes on until it is stopped; --from-start begins with the oldest record, --until-end reads from
there and ends with the newest. Fields that the catalogue names as personal data (` + "`waybill topics describe`" + `) show as ` + inspect.Mask + `
unless --unmask asks for them; so do fields of such a topic that its contract does not have.`,
		Example: `  waybill tail o2c.invoice-ready
  waybill tail o2c.exceptions --until-end | jq -c 'select(.value.status == "open") | .value'
  waybill tail commerce.orders --key SO-1001 --until-end
  waybill tail o2c.dead-letters --until-end --limit 10 | jq -r .raw | base64 --decode`,
		Args:              arguments("TOPIC", 1),
		ValidArgsFunction: completeTopics(everyTopic),
		RunE: func(command *cobra.Command, args []string) error {
			if t.limit < 0 {
				return usage{fmt.Errorf("--limit: %d is negative", t.limit)}
			}
			c, err := configured(command)
			if err != nil {
				return err
			}
			entry, err := tailed(c.catalogue, args[0])
			if err != nil {
				return err
			}
			if c, err = connected(command); err != nil {
				return err
			}
			err = t.run(command, c, entry, command.Flags().Changed("key"))
			if stopped := command.Context().Err() != nil && errors.Is(err, context.Canceled); stopped && !t.untilEnd {
				err = nil // that is how it ends
			}
			return registryHint(err)
		},
	}
	configFlags(command, connectionKeys...)
	flags := command.Flags()
	flags.BoolVar(&t.fromStart, "from-start", false, "begin with the oldest record, not at the end")
	flags.BoolVar(&t.untilEnd, "until-end", false, "read from the oldest record to the newest as of now, then end")
	flags.Int32Var(&t.partition, "partition", -1, "only this partition; all when negative")
	flags.StringVar(&t.key, "key", "", "only records of this key")
	flags.IntVar(&t.limit, "limit", 0, "end after so many records; 0: no limit")
	flags.BoolVar(&t.unmask, "unmask", false, "show personal data")
	return command
}

// tailed finds the topic; a stage's changelog holds rows of the store, which nobody can read.
func tailed(catalogue topics.Catalogue, name string) (topics.Entry, error) {
	for _, stage := range topics.Stages() {
		if name == "waybill-"+stage+"-changelog" {
			return topics.Entry{}, usage{fmt.Errorf("%s holds the state of stage %s in the form of its store: there is nothing to read in it", name, stage)}
		}
	}
	return topicOf(catalogue, name)
}

var errEnough = errors.New("enough")

func (t *tailing) run(command *cobra.Command, c *connection, entry topics.Entry, byKey bool) error {
	ctx := command.Context()
	selection := inspect.Selection{Topics: []string{entry.Name}, FromEnd: !t.fromStart && !t.untilEnd}
	switch {
	case t.partition >= 0:
		selection.Partitions = inspect.OnlyPartition(t.partition)
	case byKey && placedByKey(entry):
		selection.Partitions = inspect.OfKey(t.key)
	}
	reader, err := inspect.NewReader(ctx, c.client, selection)
	if err != nil {
		return err
	}
	defer reader.Close()
	p := newPrinter(command)
	if selection.FromEnd && p.watched && p.width > 0 {
		p.note("%s", p.faint("waiting for records of "+entry.Name+"; Ctrl-C ends"))
	}
	view := inspect.View{Client: c.client, Registry: c.registry, Catalogue: c.catalogue, Unmasked: t.unmask}
	encoder := json.NewEncoder(p.out)
	encoder.SetEscapeHTML(false)
	shown := 0
	take := func(polled *kgo.Record) error {
		if byKey && string(polled.Key) != t.key {
			return nil
		}
		record, err := view.Show(ctx, polled)
		if err != nil {
			return err
		}
		if err := encoder.Encode(record); err != nil {
			return err
		}
		if shown++; shown == t.limit {
			return errEnough
		}
		return nil
	}
	read := reader.Follow
	if t.untilEnd {
		read = reader.Each
	}
	if err := read(ctx, take); !errors.Is(err, errEnough) {
		return err
	}
	return nil
}

// placedByKey tells whether all records of a key are in the key's partition: so the stages write, but for replays, which go
// where their event came from. What others write is wherever their client has put it.
func placedByKey(entry topics.Entry) bool {
	return entry.Role != topics.Source && entry.Name != topics.Replays.Name()
}
