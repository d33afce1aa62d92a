package main

import (
	"strings"
	"testing"
	"time"

	"waybill/distributor"
)

// TestWhatComesOutIsTheTruth is `make truth` in small.
func TestWhatComesOutIsTheTruth(t *testing.T) {
	for _, one := range []struct {
		seed   uint64
		events int
		in     []delivery
	}{{1, 10_000, deliveries[:2]}, {2, 1_500, deliveries[2:]}} {
		events, tallies, err := play(one.seed, one.events, one.in)
		if err != nil {
			t.Fatal(err)
		}
		r := &result{}
		r.add(events, tallies)
		var text strings.Builder
		if report(&text, r, time.Second) > 0 {
			t.Error(text.String())
		}
		for _, tally := range r.tallies {
			if tally.Compared == 0 {
				t.Errorf("nothing of %s was compared", tally.What)
			}
		}
	}
}

// TestDifferencesAreFound changes every kind of truth by a little.
func TestDifferencesAreFound(t *testing.T) {
	season, err := NewSeason(3, 400)
	if err != nil {
		t.Fatal(err)
	}
	out, err := season.asItHappened()
	if err != nil {
		t.Fatal(err)
	}
	truth := season.Truth
	for at, net := range truth.Billed {
		net.Amount++
		truth.Billed[at] = net
		break
	}
	for account := range truth.Consolidated {
		truth.Consolidated[account]++
		break
	}
	truth.Open[distributor.Exception{Class: "unreadable", Orders: "O-1"}]++
	for id, owed := range truth.Receivables {
		owed.Collectable++
		truth.Receivables[id] = owed
		break
	}
	truth.Credit["C-1"] = distributor.Credit{Currency: "USD", Limit: 1, Used: 2}
	for id, worth := range truth.Orders {
		worth.ComesTo++
		truth.Orders[id] = worth
		break
	}
	for key, a := range truth.Available {
		if a.ToPromise >= 0 {
			delete(truth.Available, key)
			break
		}
	}
	for _, tally := range compare(truth, out) {
		want := 1
		if tally.What == "figures" { // the exception, in all and by its class
			want = 2
		}
		if len(tally.Differences) != want {
			t.Errorf("%s: %q", tally.What, tally.Differences)
		}
	}
}
