package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"waybill/feed"
	"waybill/processors/conditions"
	"waybill/schemas"
)

func newExceptionsAssign() *cobra.Command {
	a := asking{kind: schemas.CommandAssign}
	command := &cobra.Command{
		Use:   "assign [ID…]",
		Short: "Give exceptions another owner",
		Long:  `Gives exceptions another owner, for as long as their cause stands. --owner chooses by who owns them now.` + askingHelp,
		Example: `  waybill exceptions assign ex-k3jq --to ada --reason "knows the east WMS"
  waybill exceptions assign --class missing_weight --warehouse east --to "east shift" --reason "on duty" --dry-run
  waybill exceptions assign --owner ada --all --to bob --reason "ada is away" --yes`,
		RunE: func(command *cobra.Command, args []string) (err error) {
			if strings.TrimSpace(a.to) == "" {
				return usage{errors.New("--to: say who is to own it")}
			}
			if a.payload, err = feed.AssignPayload(a.to); err != nil {
				return err
			}
			return a.ask(command, args)
		},
	}
	command.Flags().StringVar(&a.to, "to", "", "who is to own it (required)")
	a.declare(command)
	return command
}

func newExceptionsResolve() *cobra.Command {
	a := asking{kind: schemas.CommandResolve}
	command := &cobra.Command{
		Use:   "resolve [ID…]",
		Short: "Settle exceptions that no event can close, or give an event up",
		Long: fmt.Sprintf(`Settles exceptions that only a person can close (%s). Of an event that cannot be read
or is missing (%s), it gives the event up: what waits behind it goes on without it. One of another class
stays open while its cause stands: named by its id it takes a note, chosen by flags it is left out.`,
			closedBy(conditions.ByCommand), closedBy(conditions.ByDrop)) + askingHelp,
		Example: `  waybill exceptions resolve ex-k3jq --reason "written off in AR, 3.20 EUR"
  waybill exceptions resolve --class short_pay --max-amount 5 --older-than 30d --reason "small differences, policy 12" --dry-run`,
		RunE: func(command *cobra.Command, args []string) error { return a.ask(command, args) },
	}
	a.declare(command)
	return command
}

// closedBy lists the classes that a resolve closes in a way.
func closedBy(closing conditions.Closing) string {
	var names []string
	for _, class := range conditions.Table() {
		if class.Closing == closing {
			names = append(names, class.Name)
		}
	}
	return listWords(names)
}

func newExceptionsReplay() *cobra.Command {
	a := asking{kind: schemas.CommandReplay, among: conditions.Unreadable}
	var set []string
	command := &cobra.Command{
		Use:   "replay [ID…]",
		Short: "Have unreadable events read again, after a repair or with corrected values",
		Long: `Has intake read unreadable events again: after the contract was mended by a repair in the catalogue or a release, or with
values corrected by --set. Each event takes the place in its sequence that it would have had, whatever comes first; what
waited behind it goes on. An event that still cannot be read stays an exception, with the new reason. Flags choose among
the unreadable events.

--set corrects one event: a path as the exception names it, =, and a value. A value that is JSON is taken as it is (4,
true, null, "4"), any other as a text. For many events of one writer, write a repair.` + askingHelp,
		Example: `  waybill exceptions replay ex-k3jq --set 'lines[0].quantity=4' --reason "count confirmed by ada"
  waybill exceptions replay --warehouse east --reason "repair wms-east-qty is in place" --dry-run
  waybill exceptions replay --warehouse east --reason "repair wms-east-qty is in place" --yes`,
		RunE: func(command *cobra.Command, args []string) (err error) {
			if len(set) > 0 && len(args) != 1 {
				return usage{errors.New("--set: corrects one event: name one exception; for many write a repair in the catalogue")}
			}
			if a.payload, err = feed.ReplayPayload(set); err != nil {
				return usage{fmt.Errorf("--set: %w", err)}
			}
			if slices.ContainsFunc(*a.flags.lists["class"], func(class string) bool { return class != conditions.Unreadable }) {
				return usage{errors.New("--class: only unreadable events can be replayed")}
			}
			return a.ask(command, args)
		},
	}
	command.Flags().StringArrayVar(&set, "set", nil, "a corrected value, path=value; may be repeated")
	a.declare(command)
	return command
}
