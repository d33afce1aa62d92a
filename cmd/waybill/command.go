package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"waybill/feed"
	"waybill/inspect"
	"waybill/schemas"
	"waybill/topics"
)

// asking is how a person asks for something about exceptions.
type asking struct {
	kind    schemas.CommandKind
	payload string
	to      string      // assign: the new owner
	letsGo  feed.Amount // override: how much, or at what price
	undo    bool        // override: it is taken back
	flags   filterFlags
	among   string // flags choose among this class; empty: among all
	yes     bool
	again   bool
	asker
}

// asker is who asks for something and why, and how what comes of it is told.
type asker struct {
	actor  string
	reason string
	output string
	dryRun bool
	wait   time.Duration
}

func (a *asker) declare(command *cobra.Command, awaited string) {
	flags := command.Flags()
	flags.StringVar(&a.actor, "actor", "", "who asks; WAYBILL_ACTOR or the user of this machine when empty")
	flags.StringVar(&a.reason, "reason", "", "why, for the audit trail (required)")
	flags.BoolVar(&a.dryRun, "dry-run", false, "show what would be asked for and do nothing")
	flags.DurationVar(&a.wait, "wait", 30*time.Second, "wait so long for "+awaited+"; 0: do not wait")
	outputFlag(command, &a.output)
	configFlags(command, connectionKeys...)
}

func (a *asker) check() error {
	switch {
	case strings.TrimSpace(a.reason) == "":
		return usage{errors.New("--reason: say why, for the audit trail")}
	case a.wait < 0:
		return usage{fmt.Errorf("--wait: %s is negative", a.wait)}
	}
	return checkOutput(a.output)
}

const askingHelp = `

Exceptions are named by id (its beginning will do where only one has it) or chosen by flags. What would be asked for is shown
first: what it would free, and what is left out and why. --dry-run ends there. On a terminal it then asks for a yes; elsewhere
a choice by flags needs --yes.

The commands go to o2c.commands with who asks (--actor, WAYBILL_ACTOR, or the user of this machine) and why. To repeat a
request does no harm: what was asked for already in the same words, last of all, is left out; --again asks once more. So
after Ctrl-C the same request asks for the rest. --wait is how long answers are waited for; exit code 3 when something was
left out or did not bring what was asked for.`

func (a *asking) declare(command *cobra.Command) {
	flags := command.Flags()
	a.flags.declare(command, false, "everything that is open, where no other flag chooses")
	flags.BoolVarP(&a.yes, "yes", "y", false, "do not ask for a yes")
	flags.BoolVar(&a.again, "again", false, "ask once more for what was asked for in the same words")
	a.asker.declare(command, "the answers")
}

// check completes what was given, and tells what is missing.
func (a *asking) check(command *cobra.Command, ids []string) error {
	if err := a.asker.check(); err != nil {
		return err
	}
	chooses := !a.flags.empty()
	switch {
	case len(ids) > 0 && (chooses || a.flags.all):
		return usage{errors.New("name exceptions by id, or choose them by flags, not both")}
	case len(ids) == 0 && !chooses && !a.flags.all:
		return usage{fmt.Errorf("name exceptions by id, or choose them by flags such as --class; --all is everything that can be %s", pastOf(a.kind))}
	case len(ids) == 0 && !a.yes && !a.dryRun && !onTerminal(command):
		return usage{fmt.Errorf("--yes: a choice by flags is not %s unseen: look with --dry-run, then say --yes", pastOf(a.kind))}
	}
	return whoAsks(&a.actor)
}

// whoAsks completes the name of who asks.
func whoAsks(actor *string) error {
	if *actor == "" {
		*actor = os.Getenv(environmentPrefix + "ACTOR")
	}
	if *actor == "" {
		if current, err := user.Current(); err == nil {
			*actor = current.Username
		}
	}
	if *actor == "" {
		return usage{fmt.Errorf("--actor: say who asks: this machine does not name its user, and %sACTOR is not set", environmentPrefix)}
	}
	return nil
}

// what says what is asked for, in words.
func (a *asking) what() string {
	switch {
	case a.kind == schemas.CommandAssign:
		return "assign to " + a.to
	case a.payload != "":
		return string(a.kind) + " with " + a.payload
	}
	return string(a.kind)
}

// pastOf is what has happened to an exception when a command is done.
func pastOf(kind schemas.CommandKind) string {
	return map[schemas.CommandKind]string{schemas.CommandAssign: "assigned", schemas.CommandResolve: "resolved", schemas.CommandReplay: "replayed", schemas.CommandOverride: "overridden"}[kind]
}

// ask asks for the same thing about each of the exceptions that are named or chosen.
func (a *asking) ask(command *cobra.Command, ids []string) error {
	if err := a.check(command, ids); err != nil {
		return err
	}
	now := time.Now()
	filter, err := a.flags.filter(now)
	if err != nil {
		return err
	}
	c, err := connected(command)
	if err != nil {
		return err
	}
	ctx, p := command.Context(), newPrinter(command)
	view := c.view(p)
	queue, err := view.Queue(ctx)
	if err != nil {
		return registryHint(err)
	}
	var chosen []schemas.Exception
	if len(ids) > 0 {
		chosen, err = queue.ByID(ids)
	} else {
		if a.among != "" {
			filter.Classes = []string{a.among}
		}
		chosen = queue.Choose(filter, inspect.ByCost, now)
	}
	if err != nil {
		return err
	}
	items, err := a.plan(ctx, view, chosen, len(ids) > 0, now)
	if err != nil {
		return registryHint(err)
	}
	r := &report{Kind: a.kind, Actor: a.actor, Reason: a.reason, Items: items, queue: queue, what: a.what()}
	asked := r.commands()
	if a.dryRun || len(asked) == 0 {
		r.Planned = true
		if err := a.print(p, r, now); err != nil || a.dryRun {
			return err
		}
		return r.exit()
	}
	if err := a.confirm(command, p, r, now); err != nil {
		return err
	}
	failed := a.carryOut(ctx, c, view, p, r, asked)
	if err := a.print(p, r, now); err != nil {
		return errors.Join(failed, err)
	}
	if failed != nil {
		return failed
	}
	return r.exit()
}

// confirm shows the plan, and asks for a yes when a person sits before it.
func (a *asking) confirm(command *cobra.Command, p *printer, r *report, now time.Time) error {
	beside := &printer{out: p.err, err: p.err, colour: p.colour && p.watched, width: p.width}
	r.preview(beside, now, shownAtOnce)
	if a.yes || !onTerminal(command) {
		return nil
	}
	fmt.Fprintf(p.err, "\n%s %s as %s? [y/N] ", capital(string(a.kind)), plural(len(r.commands()), "exception", "exceptions"), a.actor)
	answer, err := bufio.NewReader(command.InOrStdin()).ReadString('\n')
	if word := strings.ToLower(strings.TrimSpace(answer)); err != nil || word != "y" && word != "yes" {
		return errors.New("nothing was asked for")
	}
	return nil
}

// onTerminal tells whether a person can answer.
func onTerminal(command *cobra.Command) bool {
	standard, ok := command.InOrStdin().(*os.File)
	return ok && term.IsTerminal(int(standard.Fd()))
}

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// carryOut writes the commands and follows them to their answers, and notes with each item how far it came. What ends it
// early, a Ctrl-C as well, is its error; the report is true all the same.
func (a *asking) carryOut(ctx context.Context, c *connection, view inspect.View, p *printer, r *report, asked []*schemas.Command) error {
	sent, err := feed.Send(ctx, c.client, c.registry, asked, p.progress("writing", "commands"))
	r.sent(sent)
	switch {
	case ctx.Err() != nil && err != nil: // main has one word for that, and here it matters how far it came
		return fmt.Errorf("stopped: %d of %d commands were written; the same request asks for the rest", len(sent), len(asked))
	case err != nil:
		return fmt.Errorf("%d of %d commands were written; the same request asks for the rest: %w", len(sent), len(asked), err)
	}
	r.Written = true
	if a.wait == 0 {
		return nil
	}
	waiting, cancel := context.WithTimeout(ctx, a.wait)
	defer cancel()
	err = view.Await(waiting, givenBy(sent), stepProgress(p))
	looking, stop := context.WithTimeout(context.WithoutCancel(ctx), answerWithin)
	defer stop()
	view.Progress = nil
	queue, problem := view.Queue(looking)
	if problem != nil {
		return errors.Join(err, problem)
	}
	r.answered(queue, err == nil)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("stopped waiting: all %d commands are written, and are followed whether or not somebody waits", len(sent))
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("not every answer came within %s: %w: is `waybill run` running? The commands are kept, and are followed when the stages come to them", a.wait, err)
	}
	return err
}

func givenBy(sent []feed.Sent) (given []inspect.Given) {
	for _, one := range sent {
		given = append(given, inspect.Given{
			CommandID: one.Command.CommandID, Target: one.Command.Target,
			At: inspect.At{Topic: topics.Commands.Name(), Partition: one.Partition, Offset: one.Offset},
		})
	}
	return given
}

// stepProgress shows how far the commands have come.
func stepProgress(p *printer) func(step string, done, of int) {
	var at string
	var show func(done, total int64)
	return func(step string, done, of int) {
		if step != at {
			at, show = step, p.progress(step, "commands")
		}
		if show != nil {
			show(int64(done), int64(of))
		}
	}
}

func (a *asking) print(p *printer, r *report, now time.Time) error {
	switch {
	case a.output == "json":
		return p.json(r)
	case r.Planned:
		r.preview(p, now, len(r.Items))
		if asked := len(r.commands()); asked > 0 {
			p.line("\n%s would be written as %s; nothing was.", plural(asked, "command", "commands"), a.actor)
		}
	default:
		r.results(p)
	}
	return nil
}
