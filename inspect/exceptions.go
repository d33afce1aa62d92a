package inspect

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
	"waybill/topics"
)

// Queue is every exception that is kept, as it stood when it was read.
type Queue struct{ all map[string]*schemas.Exception }

// Queue reads the exceptions.
func (v View) Queue(ctx context.Context) (*Queue, error) {
	all, err := latest(ctx, v, topics.Exceptions, nil)
	return &Queue{all}, err
}

// Choose returns those that a filter chooses, sorted. What an amount weighs does not depend on the filter.
func (q *Queue) Choose(filter Filter, by By, now time.Time) []schemas.Exception {
	chosen := []schemas.Exception{}
	for _, exception := range q.all {
		if filter.Matches(exception, now) {
			chosen = append(chosen, *exception)
		}
	}
	usualOf(q.all).rank(chosen, by, now)
	return chosen
}

// Exception is the one of a whole id; nil: there is none.
func (q *Queue) Exception(id string) *schemas.Exception { return q.all[id] }

// ErrNoSuchException says that no exception has the id.
var ErrNoSuchException = errors.New("no such exception")

// ByID returns the exceptions that ids, or beginnings of ids that only one exception has, name. What is wrong with an id is
// told for all of them at once.
func (q *Queue) ByID(ids []string) ([]schemas.Exception, error) {
	known := slices.Sorted(maps.Keys(q.all))
	var named []schemas.Exception
	var problems []error
	for _, id := range ids {
		full, err := complete(id, known)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if !slices.ContainsFunc(named, func(e schemas.Exception) bool { return e.ExceptionID == full }) {
			named = append(named, *q.all[full])
		}
	}
	return named, errors.Join(problems...)
}

// Freed is what goes on when exceptions close.
type Freed struct {
	Orders int                       // that they are about
	Free   int                       // of those, that no other exception is about that is not resolved
	Worth  map[string]schemas.Amount // by currency; what several of them keep from being billed counts once
}

// Freed works out what goes on when these exceptions close.
func (q *Queue) Freed(closing []schemas.Exception) Freed {
	type about struct {
		orders, line, currency string
	}
	concerned, closed, worth := map[string]bool{}, map[string]bool{}, map[about]schemas.Amount{}
	for _, e := range closing {
		closed[e.ExceptionID] = true
		for _, id := range ordersOf(&e) {
			concerned[id] = true
		}
		if e.AmountAtRisk == nil {
			continue
		}
		of := about{strings.Join(ordersOf(&e), "\n"), "", currencyOf(&e)}
		if e.LineNo != nil {
			of.line = fmt.Sprint(*e.LineNo)
		}
		if of.orders == "" {
			of.orders = e.ExceptionID
		}
		worth[of] = max(worth[of], size(*e.AmountAtRisk))
	}
	freed := Freed{len(concerned), len(concerned), map[string]schemas.Amount{}}
	for of, amount := range worth {
		freed.Worth[of.currency] += amount
	}
	for id, e := range q.all {
		if closed[id] || e.Status == schemas.ExceptionResolved {
			continue
		}
		for _, order := range ordersOf(e) {
			if concerned[order] {
				freed.Free--
				concerned[order] = false
			}
		}
	}
	return freed
}

func ordersOf(e *schemas.Exception) []string {
	if len(e.OrderIDs) == 0 && e.OrderID != nil {
		return []string{*e.OrderID}
	}
	return e.OrderIDs
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

// LastCommands reads the last command that was taken on each of the targets, as far as it is still kept.
func (v View) LastCommands(ctx context.Context, targets []string) (map[string]schemas.Command, error) {
	wanted := map[string]bool{}
	for _, target := range targets {
		wanted[target] = true
	}
	last := map[string]schemas.Command{}
	actions, err := v.actions(ctx, func(key string) bool { return wanted[key] }, func(_ string, partition, of int32) bool {
		return slices.ContainsFunc(targets, func(target string) bool { return OfKey(target)("", partition, of) })
	})
	for _, action := range actions {
		last[action.Command.Target] = action.Command
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
