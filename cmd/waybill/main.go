// Command waybill turns the change feeds of a distributor's systems into streams that can be billed from.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitFindings = 3
)

// findings is the end of a command that did its work and found something: exit code 3, and nothing more to say.
type findings struct{}

func (findings) Error() string { return "findings are present" }

// usage is an error of how the command was called: exit code 2.
type usage struct{ error }

func (u usage) Unwrap() error { return u.error }

func main() { os.Exit(execute(os.Args[1:])) }

// execute runs the program as main does, for tests too.
func execute(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	root := newRoot()
	root.SetArgs(args)
	command, err := root.ExecuteContextC(ctx)
	var wrong usage
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, new(findings)):
		return exitFindings
	case errors.As(err, &wrong):
		fmt.Fprintf(os.Stderr, "error: %v\nSee `%s --help`.\n", err, command.CommandPath())
		return exitUsage
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "stopped")
		return exitFailed
	}
	fmt.Fprintf(os.Stderr, "error: %v\n", err)
	return exitFailed
}
