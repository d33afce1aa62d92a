// Northwind writes the orders and shipments of Microsoft's sample database as events by waybill's contracts, one JSON
// line each, for `waybill dev --once`. README.md says what it assumes.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
)

func main() {
	shuffle := flag.Uint64("shuffle", 0, "write the lines in the random order of this `SEED`; 0: master data, orders, shipments")
	double := flag.Int("double", 0, "write so many `PER CENT` of the lines twice")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: go run ./examples/northwind [-shuffle SEED] [-double PER CENT] > events.ndjson")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() > 0 || *double < 0 || *double > 100 {
		flag.Usage()
		os.Exit(2)
	}
	if err := write(os.Stdout, *shuffle, *double); err != nil {
		fmt.Fprintln(os.Stderr, "northwind:", err)
		os.Exit(1)
	}
}

// write converts the tables and writes their events.
func write(to io.Writer, seed uint64, percentDoubled int) error {
	tables, err := read()
	if err != nil {
		return err
	}
	events, err := tables.events()
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(seed, 0))
	events = doubled(events, percentDoubled, random)
	if seed != 0 {
		shuffled(events, random)
	}
	out := bufio.NewWriter(to)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for _, one := range events {
		if err := encoder.Encode(one); err != nil {
			return fmt.Errorf("%s %s: %w", one.Topic, one.Key, err)
		}
	}
	return out.Flush()
}
