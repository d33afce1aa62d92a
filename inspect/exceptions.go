package inspect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
	"waybill/topics"
)

// Exceptions reads the exceptions that a filter chooses, sorted. What an amount weighs does not depend on the filter.
func (v View) Exceptions(ctx context.Context, filter Filter, by By, now time.Time) ([]schemas.Exception, error) {
	all, err := latest(ctx, v, topics.Exceptions, nil)
	if err != nil {
		return nil, err
	}
	chosen := []schemas.Exception{}
	for _, exception := range all {
		if filter.Matches(exception, now) {
			chosen = append(chosen, *exception)
		}
	}
	usualOf(all).rank(chosen, by, now)
	return chosen, nil
}

// ErrNoSuchException says that no exception has the id.
var ErrNoSuchException = errors.New("no such exception")

// ExceptionsByID reads the exceptions that ids, or beginnings of ids that only one exception has, name. What is wrong with
// an id is told for all of them at once.
func (v View) ExceptionsByID(ctx context.Context, ids []string) ([]schemas.Exception, error) {
	all, err := latest(ctx, v, topics.Exceptions, nil)
	if err != nil {
		return nil, err
	}
	known := make([]string, 0, len(all))
	for id := range all {
		known = append(known, id)
	}
	slices.Sort(known)
	var named []schemas.Exception
	var problems []error
	for _, id := range ids {
		full, err := complete(id, known)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if !slices.ContainsFunc(named, func(e schemas.Exception) bool { return e.ExceptionID == full }) {
			named = append(named, *all[full])
		}
	}
	return named, errors.Join(problems...)
}

// shortestBeginning of an id that may stand for it: ex- and four characters.
const shortestBeginning = 7

// complete finds the one id that begins so.
func complete(beginning string, sorted []string) (string, error) {
	at, whole := slices.BinarySearch(sorted, beginning)
	if whole {
		return beginning, nil
	}
	var fitting []string
	for ; at < len(sorted) && strings.HasPrefix(sorted[at], beginning); at++ {
		fitting = append(fitting, sorted[at])
	}
	switch {
	case len(fitting) == 0 || len(beginning) < shortestBeginning:
		return "", fmt.Errorf("%w: %q: `waybill exceptions list --all` shows their ids", ErrNoSuchException, beginning)
	case len(fitting) > 1:
		return "", fmt.Errorf("%d exceptions begin with %q: give more of the id: %s", len(fitting), beginning, strings.Join(fitting[:min(len(fitting), 5)], ", "))
	}
	return fitting[0], nil
}

// Commands reads what people asked about an exception or order, in the order in which it was given.
func (v View) Commands(ctx context.Context, target string) ([]schemas.Command, error) {
	actions, err := v.actions(ctx, func(key string) bool { return key == target }, OfKey(target))
	commands := []schemas.Command{}
	for _, action := range actions {
		commands = append(commands, action.Command)
	}
	return commands, err
}

// LastCommands reads the id of the last command that was taken on each of the targets, as far as it is still kept.
func (v View) LastCommands(ctx context.Context, targets []string) (map[string]string, error) {
	last := map[string]string{}
	actions, err := v.actions(ctx, func(key string) bool { return slices.Contains(targets, key) }, func(_ string, partition, of int32) bool {
		return slices.ContainsFunc(targets, func(target string) bool { return OfKey(target)("", partition, of) })
	})
	for _, action := range actions {
		last[action.Command.Target] = action.Command.CommandID
	}
	return last, err
}

func (v View) actions(ctx context.Context, targets func(string) bool, partitions Partitions) ([]*schemas.Action, error) {
	codec := schemas.NewCodec[schemas.Action](v.Registry, topics.Actions.Name())
	var found []*schemas.Action
	err := v.each(ctx, partitions, func(record *kgo.Record) error {
		if !targets(string(record.Key)) {
			return nil
		}
		action, err := decodeAt(ctx, codec, record)
		if err != nil {
			return err
		}
		found = append(found, action)
		return nil
	}, topics.Actions.Name())
	slices.SortStableFunc(found, func(a, b *schemas.Action) int {
		return a.Command.Meta.OccurredAt.Compare(b.Command.Meta.OccurredAt)
	})
	return found, err
}
