package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waybill/feed"
	"waybill/inspect"
	"waybill/processors/conditions"
	"waybill/schemas"
)

func newExceptionsAssign() *cobra.Command {
	a := asking{kind: schemas.CommandAssign}
	var owner string
	command := &cobra.Command{
		Use:   "assign ID…",
		Short: "Give exceptions another owner",
		Long:  `Gives exceptions another owner, for as long as their cause stands.` + askingHelp,
		Example: `  waybill exceptions assign ex-k3jq --owner ada --reason "knows the east WMS"
  waybill exceptions assign ex-k3jq ex-7b2m --owner "east shift" --reason "on duty" --wait 30s`,
		Args: arguments("ID of the exception", -1),
		RunE: func(command *cobra.Command, args []string) (err error) {
			if strings.TrimSpace(owner) == "" {
				return usage{errors.New("--owner: say who is to own it")}
			}
			if err = a.check(); err != nil {
				return err
			}
			if a.payload, err = feed.AssignPayload(owner); err != nil {
				return err
			}
			return a.ask(command, byID(args))
		},
	}
	configFlags(command, connectionKeys...)
	command.Flags().StringVar(&owner, "owner", "", "who is to own it (required)")
	a.declare(command)
	return command
}

func newExceptionsResolve() *cobra.Command {
	a := asking{kind: schemas.CommandResolve}
	command := &cobra.Command{
		Use:   "resolve ID…",
		Short: "Settle exceptions that no event can close, or give an event up",
		Long: fmt.Sprintf(`Settles exceptions that only a person can close (%s). Of an event that cannot be read
or is missing (%s), it gives the event up: what waits behind it goes on without it. Everywhere else it leaves
a note, and the exception stays open while its cause stands.`, closedBy(conditions.ByCommand), closedBy(conditions.ByDrop)) + askingHelp,
		Example: `  waybill exceptions resolve ex-k3jq --reason "written off in AR, 3.20 EUR"
  waybill exceptions resolve ex-7b2m --reason "the WMS never sent number 4" --dry-run`,
		Args: arguments("ID of the exception", -1),
		RunE: func(command *cobra.Command, args []string) error {
			if err := a.check(); err != nil {
				return err
			}
			return a.ask(command, byID(args))
		},
	}
	configFlags(command, connectionKeys...)
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
	a := asking{kind: schemas.CommandReplay}
	var flags filterFlags
	var set []string
	command := &cobra.Command{
		Use:   "replay [ID…]",
		Short: "Have unreadable events read again, after a repair or with corrected values",
		Long: `Has intake read unreadable events again: after the contract was mended by a repair in the catalogue or a release, or with
values corrected by --set. Each event takes the place in its sequence that it would have had; what waited behind it goes
on. An event that still cannot be read stays an exception, with the new reason.

--set corrects one event: a path as the exception names it, =, and a value. A value that is JSON is taken as it is (4,
true, null, "4"), any other as a text. For many events of one writer, write a repair.

Exceptions are named by id or chosen by flags; look first with --dry-run. A choice by flags asks for a yes, or --yes.` + askingHelp,
		Example: `  waybill exceptions replay ex-k3jq --set 'lines[0].quantity=4' --reason "count confirmed by ada" --wait 30s
  waybill exceptions replay --warehouse east --reason "repair wms-east-qty is in place" --dry-run
  waybill exceptions replay --warehouse east --reason "repair wms-east-qty is in place" --yes`,
		RunE: func(command *cobra.Command, args []string) (err error) {
			if err = a.check(); err != nil {
				return err
			}
			choose, err := replayed(args, &flags, a, command)
			if err != nil {
				return err
			}
			if len(set) > 0 && len(args) != 1 {
				return usage{errors.New("--set: corrects one event: name one exception; for many write a repair in the catalogue")}
			}
			if a.payload, err = feed.ReplayPayload(set); err != nil {
				return usage{fmt.Errorf("--set: %w", err)}
			}
			return a.ask(command, choose)
		},
	}
	configFlags(command, connectionKeys...)
	flags.declare(command, false, "everything that is open")
	command.Flags().StringArrayVar(&set, "set", nil, "a corrected value, path=value; may be repeated")
	a.declare(command)
	return command
}

type chooser = func(context.Context, inspect.View) ([]schemas.Exception, error)

func byID(ids []string) chooser {
	return func(ctx context.Context, view inspect.View) ([]schemas.Exception, error) {
		return view.ExceptionsByID(ctx, ids)
	}
}

// replayed chooses what is to be read again: unreadable events, by id or by flags.
func replayed(ids []string, flags *filterFlags, a asking, command *cobra.Command) (chooser, error) {
	filter, err := flags.filter(time.Now())
	switch {
	case err != nil:
		return nil, err
	case len(ids) > 0 && !flags.empty():
		return nil, usage{errors.New("name exceptions by id, or choose them by flags, not both")}
	case len(ids) == 0 && flags.empty():
		return nil, usage{errors.New("name exceptions by id, or choose them by flags such as --class unreadable")}
	case len(ids) == 0 && !a.yes && !a.dryRun && !onTerminal(command):
		return nil, usage{errors.New("--yes: a choice by flags is not replayed unseen: look with --dry-run, then say --yes")}
	case len(ids) > 0:
		return func(ctx context.Context, view inspect.View) ([]schemas.Exception, error) {
			named, err := view.ExceptionsByID(ctx, ids)
			for _, e := range named {
				if e.Class != conditions.Unreadable {
					err = errors.Join(err, fmt.Errorf("%s is %s: only an unreadable event can be replayed; this one closes when %s", e.ExceptionID, e.Class, closesWhen(e.Class)))
				}
			}
			return named, err
		}, nil
	}
	filter.Statuses = []schemas.ExceptionStatus{schemas.ExceptionOpen, schemas.ExceptionAssigned}
	if len(filter.Classes) == 0 {
		filter.Classes = []string{conditions.Unreadable}
	}
	if len(filter.Classes) != 1 || filter.Classes[0] != conditions.Unreadable {
		return nil, usage{errors.New("--class: only unreadable events can be replayed")}
	}
	return func(ctx context.Context, view inspect.View) ([]schemas.Exception, error) {
		return view.Exceptions(ctx, filter, inspect.ByCost, time.Now())
	}, nil
}

func closesWhen(class string) string {
	row, _ := conditions.Of(class)
	return row.ClosesWhen
}
