package main

import (
	"fmt"
	"strings"
	"time"
)

// takeOver is how long an order may stand still when its instance dies and stays dead, while all brokers are well.
const takeOver = 15 * time.Second

// report prints the table, and tells whether all promises were kept.
func (s *site) report(found *findings, restarts *restarts) bool {
	taken := s.waits.spread(func(w wait) bool { return w.kind == "taken over" && !w.disturbed })
	broken := s.brokenPromises(found, taken, restarts)
	row := func(name, format string, arguments ...any) {
		fmt.Printf("  %-34s %s\n", name, fmt.Sprintf(format, arguments...))
	}
	fmt.Println()
	row("seed", "%d", s.options.seed)
	row("minutes", "%g", s.options.minutes)
	row("kills", "%d: %d of processes, %d of brokers", s.counts.kills(), s.counts.processKills, s.counts.brokerKills)
	row("disks wiped, scaled down and up", "%d, %d", s.counts.wipes, s.counts.scales)
	row("zombies", "%d, of which fenced %d", s.counts.zombies, len(s.counts.fenced))
	row("records in", "%d (%d events, each once, twice or more often)", s.load.acked, len(s.load.events))
	row("records out", "%d, in %d transactions", s.ledger.records, len(s.audit.transactions))
	row("orders, bills", "%d, %d", found.orders, found.bills)
	row("lost", "%d", len(found.lost))
	row("doubled", "%d", len(found.doubled))
	row("torn", "%d", len(found.torn))
	row("take-over, brokers well", "%s", taken)
	row("take-over, a broker down", "%s", s.waits.spread(func(w wait) bool { return w.kind == "taken over" && w.disturbed }))
	row("killed and restarted, brokers well", "%s", s.waits.spread(func(w wait) bool { return w.kind == "restarted" && !w.disturbed }))
	row("killed and restarted, a broker down", "%s", s.waits.spread(func(w wait) bool { return w.kind == "restarted" && w.disturbed }))
	if restarts != nil {
		restarts.rows(s.options.state, row)
	}
	for name, list := range map[string][]string{"lost": found.lost, "doubled": found.doubled, "torn": found.torn} {
		for i, one := range list {
			if i == 40 {
				fmt.Printf("  … and %d more\n", len(list)-i)
				break
			}
			fmt.Printf("  %s: %s\n", name, one)
		}
	}
	if len(broken) > 0 {
		fmt.Printf("\nbroken: %s\nlogs are in %s; the same load and schedule: make soak MINUTES=%g SEED=%d\n", strings.Join(broken, "; "), s.folder, s.options.minutes, s.options.seed)
		return false
	}
	fmt.Println("\nall promises kept")
	return true
}

// brokenPromises names what must not be. How much harm must have been done grows with the minutes, so that a soak that did
// nothing is not a proof.
func (s *site) brokenPromises(found *findings, taken spread, restarts *restarts) (broken []string) {
	say := func(wrong bool, format string, arguments ...any) {
		if wrong {
			broken = append(broken, fmt.Sprintf(format, arguments...))
		}
	}
	say(len(found.lost) > 0, "%d lost", len(found.lost))
	say(len(found.doubled) > 0, "%d doubled", len(found.doubled))
	say(len(found.torn) > 0, "%d torn", len(found.torn))
	for _, one := range s.counts.notFenced {
		say(true, "%s", one)
	}
	say(s.counts.ownEnds > 0, "%d processes ended by themselves", s.counts.ownEnds)
	for _, one := range s.counts.slowStops {
		say(true, "%s", one)
	}
	say(taken.longest > takeOver, "an order stood still for %s, not %s", taken.longest.Round(100*time.Millisecond), takeOver)
	say(taken.tasks == 0 && s.options.minutes >= 5, "no take-over was measured while all brokers were well")
	kills, zombies := int(3*s.options.minutes), max(int(0.3*s.options.minutes), 1)
	say(s.counts.kills() < kills, "%d kills are not %d: the machine is too slow for so many, or something hung", s.counts.kills(), kills)
	say(len(s.counts.fenced) < zombies, "%d zombies fenced are not %d", len(s.counts.fenced), zombies)
	if restarts != nil {
		say(restarts.restart.longest > restarts.restore.longest/2, "a restart with state took %s, a restore without any %s",
			restarts.restart.longest.Round(100*time.Millisecond), restarts.restore.longest.Round(100*time.Millisecond))
		say(restarts.progress == "" && restarts.readyAfter > 10*time.Second, "the log did not say how the restore went")
	}
	return broken
}

// String is a spread for the table.
func (s spread) String() string {
	if s.tasks == 0 {
		return "none measured"
	}
	return fmt.Sprintf("median %.1f s, longest %.1f s, of %d tasks", s.median.Seconds(), s.longest.Seconds(), s.tasks)
}
