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
	"waybill/processors/conditions"
	"waybill/schemas"
)

// asking is how a person asks for something about exceptions.
type asking struct {
	kind    schemas.CommandKind
	payload string
	actor   string
	reason  string
	output  string
	yes     bool
	dryRun  bool
	wait    time.Duration
}

const askingHelp = `

The command goes to o2c.commands with who asks (--actor, WAYBILL_ACTOR, or the user of this machine) and why. Its id follows
from what it says, the day, and the command before it on the same exception: said twice before the first was taken, it
counts once; said again after that, it is a new command. On a terminal it is shown first and asks for a yes. --wait waits
until it has had its effect and prints that; exit code 3 when it did not bring what was asked for.`

func (a *asking) declare(command *cobra.Command) {
	flags := command.Flags()
	flags.StringVar(&a.actor, "actor", "", "who asks; WAYBILL_ACTOR or the user of this machine when empty")
	flags.StringVar(&a.reason, "reason", "", "why, for the audit trail (required)")
	flags.BoolVarP(&a.yes, "yes", "y", false, "do not ask for a yes")
	flags.BoolVar(&a.dryRun, "dry-run", false, "print what would be asked for and do nothing")
	flags.DurationVar(&a.wait, "wait", 0, "wait so long for the effect, for example 30s")
	outputFlag(command, &a.output)
}

// check completes what was given, and tells what is missing.
func (a *asking) check() error {
	if err := checkOutput(a.output); err != nil {
		return err
	}
	if strings.TrimSpace(a.reason) == "" {
		return usage{errors.New("--reason: say why, for the audit trail")}
	}
	if a.wait < 0 {
		return usage{fmt.Errorf("--wait: %s is negative", a.wait)}
	}
	if a.actor == "" {
		a.actor = os.Getenv(environmentPrefix + "ACTOR")
	}
	if a.actor == "" {
		if current, err := user.Current(); err == nil {
			a.actor = current.Username
		}
	}
	if a.actor == "" {
		return usage{fmt.Errorf("--actor: say who asks: this machine does not name its user, and %sACTOR is not set", environmentPrefix)}
	}
	return nil
}

// asked is what a command prints as JSON.
type asked struct {
	Commands []*schemas.Command  `json:"commands"`
	Written  bool                `json:"written"`
	Effects  []schemas.Exception `json:"effects"` // with --wait: the exceptions after it
}

// ask asks for the same thing about each of the exceptions that choose reads.
func (a *asking) ask(command *cobra.Command, choose func(context.Context, inspect.View) ([]schemas.Exception, error)) error {
	c, err := connected(command)
	if err != nil {
		return err
	}
	ctx, p := command.Context(), newPrinter(command)
	view := c.view(p)
	chosen, err := choose(ctx, view)
	if err != nil {
		return registryHint(err)
	}
	exceptions := a.unresolved(p, chosen)
	commands, err := a.commands(ctx, view, exceptions)
	if err != nil {
		return registryHint(err)
	}
	done := asked{Commands: commands, Effects: []schemas.Exception{}}
	if len(commands) == 0 || a.dryRun {
		return a.print(p, done, exceptions)
	}
	if err := a.confirm(command, p, exceptions); err != nil {
		return err
	}
	sent, err := feed.Send(ctx, c.client, c.registry, commands)
	if err != nil {
		return fmt.Errorf("%w (%d of %d commands were written; to repeat them does no harm)", err, len(sent), len(commands))
	}
	done.Written = true
	var late error
	if a.wait > 0 {
		done.Effects, late = a.effects(ctx, view, sent)
	}
	return errors.Join(a.print(p, done, exceptions), late)
}

// unresolved leaves out what is resolved already.
func (a *asking) unresolved(p *printer, chosen []schemas.Exception) []schemas.Exception {
	var exceptions []schemas.Exception
	for _, e := range chosen {
		if e.Status == schemas.ExceptionResolved {
			p.note("%s is resolved already: %s", e.ExceptionID, value(e.Resolution))
			continue
		}
		exceptions = append(exceptions, e)
	}
	return exceptions
}

func (a *asking) commands(ctx context.Context, view inspect.View, exceptions []schemas.Exception) ([]*schemas.Command, error) {
	commands := []*schemas.Command{}
	if len(exceptions) == 0 {
		return commands, nil
	}
	var targets []string
	for _, e := range exceptions {
		targets = append(targets, e.ExceptionID)
	}
	last, err := view.LastCommands(ctx, targets)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	for _, target := range targets {
		commands = append(commands, feed.Request{
			Kind: a.kind, Target: target, Actor: a.actor, Reason: a.reason, Payload: a.payload, At: now, After: last[target],
		}.Command())
	}
	return commands, nil
}

// confirm asks for a yes when a person sits before it.
func (a *asking) confirm(command *cobra.Command, p *printer, exceptions []schemas.Exception) error {
	if a.yes || !onTerminal(command) {
		return nil
	}
	a.preview(&printer{out: p.err, err: p.err, colour: p.colour, width: p.width}, exceptions)
	fmt.Fprintf(p.err, "\n%s %s as %s? [y/N] ", capital(string(a.kind)), plural(len(exceptions), "exception", "exceptions"), a.actor)
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

// preview shows what is about to be asked for.
func (a *asking) preview(p *printer, exceptions []schemas.Exception) {
	t := p.table("", []string{"command", "exception", "class", "owner", "order", "at risk", "message"}, "at risk")
	for _, e := range exceptions {
		t.row(strings.TrimSpace(string(a.kind)+" "+a.payload), p.id(e.ExceptionID), e.Class, e.Owner, ordersOf(&e), money(e.AmountAtRisk, e.Currency), cut(e.Message, 80))
	}
	t.printCut()
	for _, class := range onlyNoted(a.kind, exceptions) {
		p.line("%s", p.uneasy(fmt.Sprintf("Exceptions of class %s close when %s; to resolve them by hand only leaves a note.", class.Name, class.ClosesWhen)))
	}
}

// onlyNoted lists the classes that a resolve does not close.
func onlyNoted(kind schemas.CommandKind, exceptions []schemas.Exception) []conditions.Class {
	var classes []conditions.Class
	if kind != schemas.CommandResolve {
		return nil
	}
	seen := map[string]bool{}
	for _, e := range exceptions {
		if class, _ := conditions.Of(e.Class); class.Closing == conditions.ByCause && !seen[class.Name] {
			seen[class.Name] = true
			classes = append(classes, class)
		}
	}
	return classes
}

// effects waits until the commands have had their effect, and reads it.
func (a *asking) effects(ctx context.Context, view inspect.View, sent []feed.Sent) ([]schemas.Exception, error) {
	var given []inspect.Given
	for _, one := range sent {
		given = append(given, inspect.Given{
			CommandID: one.Command.CommandID, Target: one.Command.Target,
			At: inspect.At{Topic: "o2c.commands", Partition: one.Partition, Offset: one.Offset},
		})
	}
	waiting, cancel := context.WithTimeout(ctx, a.wait)
	defer cancel()
	effects, err := view.Await(waiting, given)
	switch {
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return []schemas.Exception{}, fmt.Errorf("no effect within %s: %w: is `waybill run` running? The command is kept, and is followed when the stages come to it", a.wait, err)
	case err != nil:
		return []schemas.Exception{}, err
	}
	for _, e := range effects {
		if e.Status != schemas.ExceptionResolved && a.kind != schemas.CommandAssign || e.Answer != nil && strings.HasPrefix(*e.Answer, "refused") {
			return effects, findings{}
		}
	}
	return effects, nil
}

func (a *asking) print(p *printer, done asked, exceptions []schemas.Exception) error {
	if a.output == "json" {
		return p.json(done)
	}
	switch {
	case len(done.Commands) == 0:
		p.line("No exceptions to %s.", a.kind)
	case !done.Written:
		a.preview(p, exceptions)
		p.line("\n%s would be written as %s; nothing was.", plural(len(done.Commands), "command", "commands"), a.actor)
	case len(done.Effects) == 0:
		p.line("Asked to %s %s, as %s. `waybill exceptions show ID` says what became of it.", a.kind, plural(len(done.Commands), "exception", "exceptions"), a.actor)
	default:
		for _, e := range done.Effects {
			became := value(e.Resolution)
			if e.ResolvedAt == nil {
				became = strings.TrimPrefix(value(e.Answer)+". "+e.Message, ". ")
			}
			p.line("%s  %s, %s, owner %s", p.strong(e.ExceptionID), e.Class, statusWords(p, e.Status), e.Owner)
			p.line("%s", p.wrap("  ", became))
		}
	}
	return nil
}
