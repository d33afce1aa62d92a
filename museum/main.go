// Command museum shows that the proof would notice: each of its exhibits is a patch that puts one plausible bug back, and
// names the test or the simulator's checker that has to find it. See docs/proof.md.
//
// It works on a private copy of the tree, dirty or not. First every catcher runs on the tree as it is and has to be
// content; then each exhibit is applied, compiled, looked for within its budget, and taken out. What does not compile is
// not caught, and neither is what anything but the named catcher finds.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "museum:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("museum", flag.ContinueOnError)
	only := flags.String("only", "", "show the exhibits alone whose name this regular `expression` finds")
	jobs := flags.Int("jobs", 2, "how many exhibits are looked at at a time")
	check := flags.Bool("check", false, "tell only whether every patch still fits the tree and names a test that is there")
	write := flags.Bool("write", false, "write the table into "+proof)
	root := flags.String("root", ".", "the project's root `folder`")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	chosen, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	absolute, err := filepath.Abs(*root)
	if err != nil {
		return err
	}
	exhibits, err := readExhibits(absolute)
	if err != nil {
		return err
	}
	exhibits = slices.DeleteFunc(exhibits, func(e exhibit) bool { return !chosen.MatchString(e.name) })
	if len(exhibits) == 0 {
		return fmt.Errorf("no exhibit is called so: %q", *only)
	}
	if *write && *only != "" {
		return errors.New("-write is for the table of all exhibits: leave -only out")
	}
	if *check {
		return checkAll(ctx, absolute, exhibits)
	}
	verdicts, err := visit(ctx, os.Stdout, absolute, exhibits, max(*jobs, 1))
	if err != nil {
		return err
	}
	if *write {
		if err := writeTable(filepath.Join(absolute, proof), verdicts); err != nil {
			return err
		}
	}
	missed := 0
	for _, v := range verdicts {
		if v.problem != "" {
			missed++
		}
	}
	fmt.Printf("%d exhibits, %d caught by what they name\n", len(verdicts), len(verdicts)-missed)
	if missed > 0 {
		return fmt.Errorf("%d of %d bugs were not caught by what they name", missed, len(verdicts))
	}
	return nil
}

// visit rehearses the catchers and then looks at all exhibits, some at a time, each in a copy of the tree of its own. The
// verdicts are in the order of the exhibits.
func visit(ctx context.Context, to io.Writer, root string, exhibits []exhibit, jobs int) (verdicts []verdict, err error) {
	folder, err := os.MkdirTemp("", "waybill-museum-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	shops := make(chan *workshop, jobs)
	for i := range jobs {
		shop, err := newWorkshop(ctx, root, filepath.Join(folder, fmt.Sprint(i)))
		if err != nil {
			return nil, err
		}
		shops <- shop
	}
	programs := byProgram(exhibits)
	started := time.Now()
	err = together(len(programs), func(i int) error {
		shop := <-shops
		defer func() { shops <- shop }()
		return shop.rehearse(ctx, programs[i])
	})
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(to, "without a bug all catchers are content (%.0f s)\n", time.Since(started).Seconds())
	verdicts = make([]verdict, len(exhibits))
	var printing sync.Mutex
	err = together(len(exhibits), func(i int) error {
		shop := <-shops
		defer func() { shops <- shop }()
		var err error
		if verdicts[i], err = shop.look(ctx, exhibits[i]); err != nil {
			return err
		}
		printing.Lock()
		defer printing.Unlock()
		printVerdict(to, verdicts[i])
		return nil
	})
	return verdicts, err
}

// together does n things at once; those that need a workshop wait for one.
func together(n int, do func(i int) error) error {
	failed := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { failed[i] = do(i) })
	}
	all.Wait()
	return errors.Join(failed...)
}

// byProgram are the exhibits' catchers, those that are compiled into one program together.
func byProgram(exhibits []exhibit) (grouped [][]catcher) {
	at := map[string]int{}
	for _, e := range exhibits {
		program := e.caughtBy.folder + " " + e.caughtBy.tags
		i, known := at[program]
		if !known {
			i = len(grouped)
			at[program] = i
			grouped = append(grouped, nil)
		}
		grouped[i] = append(grouped[i], e.caughtBy)
	}
	return grouped
}
