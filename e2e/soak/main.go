// Soak runs waybill for minutes on three real brokers while brokers and processes are killed, stopped, continued, scaled
// and wiped, and compares what went in with what a read_committed reader sees: `make soak MINUTES=10`.
//
// A seeded distributor writes events, doubled and out of order (load.go). A seeded schedule does the harm (schedule.go). A
// ledger in this program's memory counts what every reader may rely on (ledger.go); an audit of the raw log knows every
// transaction and how it ended (audit.go). What is lost, doubled or torn is defined in judge.go. Afterwards one process is
// filled with state, and its restart is compared with a restore onto an empty disk (restart.go).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"waybill/node"
)

type options struct {
	minutes   float64
	seed      uint64
	orders    float64 // a second
	state     int64   // bytes; 0: restart and restore are not measured
	stateTime time.Duration
	port      int
	folder    string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
	kept, err := soak(ctx, o)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "interrupted: everything is stopped")
		os.Exit(130)
	case err != nil:
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	case !kept:
		os.Exit(1)
	}
}

func parse(arguments []string) (options, error) {
	o := options{}
	flags := flag.NewFlagSet("soak", flag.ExitOnError)
	flags.Float64Var(&o.minutes, "minutes", 10, "how long harm is done")
	flags.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "of the load and of the schedule")
	flags.Float64Var(&o.orders, "orders", 8, "orders a second; each is a dozen events, and a half as many again come twice")
	state := flags.String("state", "1GiB", "state of the process of which restart and restore are measured; 0: they are not")
	flags.DurationVar(&o.stateTime, "state-time", 5*time.Minute, "how long building that state may take; what is reached then counts")
	flags.IntVar(&o.port, "port", 19392, "first of the ports: three brokers, a registry, four processes")
	flags.StringVar(&o.folder, "folder", "", "where state and logs go; a temporary one when empty, dropped when all is well")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	if *state != "0" {
		bytes, err := node.ParseBytes(*state)
		if err != nil {
			return o, fmt.Errorf("state: %w", err)
		}
		o.state = bytes
	}
	if o.minutes <= 0 || o.orders <= 0 {
		return o, errors.New("minutes and orders are above zero")
	}
	return o, nil
}

// soak tells whether all promises were kept.
func soak(ctx context.Context, o options) (kept bool, err error) {
	s, err := open(ctx, o)
	if s != nil {
		defer func() { s.close(kept && err == nil) }()
	}
	if err != nil {
		return false, err
	}
	if err := s.harm(ctx); err != nil {
		return false, err
	}
	findings, err := s.judge(ctx)
	if err != nil {
		return false, err
	}
	restarts, err := s.restarts(ctx)
	if err != nil {
		return false, err
	}
	return s.report(findings, restarts), nil
}
