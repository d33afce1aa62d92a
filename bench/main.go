// Bench measures waybill's stages beside a bare client that moves the same bytes (the ceiling) and beside a Kafka Streams
// program for the same contracts and rules: same broker, same topics, same input, exactly once, commits every 100 ms.
//
//	make bench                                        the whole: some twenty minutes on two cores
//	go run ./bench -quick                             a look: a minute
//	go run ./bench -contestants waybill,pass_through  without the peer
//	go run ./bench -growth                            how waybill's figures grow; plots for docs/performance.md
//
// Contestants run in turn, several rounds, over an input that is loaded once. When the outputs of two that keep state
// differ there is no report. Figures go to bench/results/latest.json and, as a table, to standard output.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"waybill/bench/contestants"
	"waybill/bench/load"
	"waybill/bench/passthrough"
)

type options struct {
	load        load.Options
	rounds      int
	contestants []string
	partitions  int
	instances   int
	memory      string
	quick       bool
	growth      bool
	sweeps      map[string]bool // of -growth; all when empty
	latency     time.Duration
	stateKeys   int
	port        int
	folder      string
	out         string
	whole       bool // nothing was asked for: what is found is the documentation's
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) == 5 && os.Args[1] == "pass-through" { // this program started itself
		if err := passthrough.Run(ctx, os.Args[2], os.Args[3], os.Args[4]); err != nil && ctx.Err() == nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(1)
		}
		return
	}
	o, err := parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
	err = bench(ctx, o)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "interrupted: everything is stopped")
		os.Exit(130)
	case err != nil:
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func parse(arguments []string) (options, error) {
	o := options{load: load.Options{Items: 500, Customers: 500}}
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	flags.Uint64Var(&o.load.Seed, "seed", 1, "of the load")
	flags.IntVar(&o.load.Records, "records", 500_000, "source records")
	flags.Float64Var(&o.load.Duplicates, "duplicates", 2, "per cent of the events come twice")
	flags.Float64Var(&o.load.Disorder, "disorder", 10, fmt.Sprintf("per cent of the records come behind up to %d later ones of their topic", load.Late))
	flags.Float64Var(&o.load.Zipf, "zipf", 0, "blanket orders, called off the more often the lower their rank: the exponent, above 1; 0: the distributor's orders")
	flags.IntVar(&o.load.Lines, "lines", 0, "of each order; 0: one to five")
	flags.IntVar(&o.rounds, "rounds", 3, "of each contestant")
	who := flags.String("contestants", "waybill,pass_through,kafka_streams", "who runs")
	flags.IntVar(&o.partitions, "partitions", 8, "of every topic")
	flags.IntVar(&o.instances, "instances", 1, "processes of each contestant; the peer can only be one")
	flags.StringVar(&o.memory, "memory", "", "waybill's bound of caches and buffers, such as 256MiB; its default when empty")
	flags.BoolVar(&o.quick, "quick", false, "60,000 records, one round; latency and restart only when asked for")
	flags.BoolVar(&o.growth, "growth", false, "how waybill's figures grow with partitions, instances, hot keys, lines, duplicates, disorder and state")
	only := flags.String("sweeps", "", "of -growth, those of these names only: partitions,instances,hot-keys,lines,duplicates,disorder,state")
	flags.DurationVar(&o.latency, "latency", 20*time.Second, "how long latency is measured at each rate; 0: not")
	flags.IntVar(&o.stateKeys, "state-keys", 1_000_000, "keys of state at restart after kill -9; 0: that is not measured")
	flags.IntVar(&o.port, "port", 39092, "the first of three ports: broker, controller, registry")
	flags.StringVar(&o.folder, "folder", "", "where data, state and logs go; a temporary one when empty, dropped when all is well")
	flags.StringVar(&o.out, "out", "bench/results/latest.json", "file of the figures")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is no flag", flags.Arg(0))
	}
	o.contestants = strings.Split(*who, ",")
	o.load.CallOffs = o.load.Zipf != 0
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	o.whole = len(given) == 0
	otherwise := func(name string, set func()) {
		if !given[name] {
			set()
		}
	}
	o.sweeps = map[string]bool{}
	for name := range strings.SplitSeq(*only, ",") {
		if name != "" {
			o.sweeps[name] = true
		}
	}
	if o.growth {
		o.contestants = []string{contestants.Waybill}
		otherwise("records", func() { o.load.Records = 200_000 })
		otherwise("latency", func() { o.latency = 8 * time.Second })
		otherwise("memory", func() { o.memory = "128MiB" })
		otherwise("out", func() { o.out = "bench/results/growth.json" })
	}
	if o.quick {
		otherwise("records", func() { o.load.Records = 60_000 })
		otherwise("rounds", func() { o.rounds = 1 })
		otherwise("latency", func() { o.latency = 0 })
		otherwise("state-keys", func() { o.stateKeys = 0 })
	}
	if o.load.Records < 1 || o.rounds < 1 || o.partitions < 1 || o.instances < 1 {
		return o, errors.New("records, rounds, partitions and instances are above zero")
	}
	if o.instances > 1 && slices.Contains(o.contestants, contestants.KafkaStreams) {
		return o, errors.New("the peer runs as one process: with more instances leave it out of -contestants")
	}
	return o, nil
}
