package feed_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"waybill/dev"
	"waybill/feed"
	"waybill/inspect"
	"waybill/topics"
)

const warehouse = `{"meta":{"event_id":"e-%d","source":"erp","position":%d,"occurred_at":"2026-03-10T12:00:00Z","recorded_at":"2026-03-10T12:00:00Z"},"warehouse_id":"%s","name":"East","region":"east","time_zone":"Europe/Berlin","owner":"warehouse"}`

func line(position int, id string) string { return fmt.Sprintf(warehouse, position, position, id) }

func start(t *testing.T) (context.Context, *dev.Cluster) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	cluster, err := dev.StartCluster(ctx, topics.Default(), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return ctx, cluster
}

func options(cluster *dev.Cluster, topic string) feed.LineOptions {
	entry, _ := topics.Default().Topic(topic)
	return feed.LineOptions{Client: cluster.Client(), Registry: cluster.Registry, Entry: entry}
}

func keys(t *testing.T, ctx context.Context, cluster *dev.Cluster, topic string) string {
	t.Helper()
	reader, err := inspect.NewReader(ctx, cluster.Client(), inspect.Selection{Topics: []string{topic}})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	records, err := reader.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, record := range records {
		seen[string(record.Key)]++
	}
	return fmt.Sprint(seen)
}

func TestWhatBecomesOfBadLines(t *testing.T) {
	good, alsoGood := line(1, "east"), line(2, "west")
	bad := strings.Replace(line(3, "north"), `"region":"east",`, "", 1)
	wrong := strings.Replace(line(4, "north"), `"position":4`, `"position":"four"`, 1)
	for _, c := range []struct {
		name     string
		dry      bool
		going    bool
		lines    []string
		written  int
		rejected string
	}{
		{"nothing bad", false, false, []string{good, "", alsoGood}, 2, "[]"},
		{"nothing after the first bad line", false, false, []string{good, bad, alsoGood, wrong}, 1, "[line 2: region: is missing]"},
		{"all others", false, true, []string{good, bad, alsoGood, wrong}, 2, `[line 2: region: is missing line 4: meta.position: is "four", not a whole number]`},
		{"all are checked, none is written", true, false, []string{good, bad, wrong}, 0, `[line 2: region: is missing line 3: meta.position: is "four", not a whole number]`},
		{"not an object", false, true, []string{`[1]`, `nonsense`, `null`}, 0,
			"[line 1: a line is one JSON object: the event by the topic's contract line 2: a line is one JSON object: the event by the topic's contract line 3: a line is one JSON object: the event by the topic's contract]"},
		{"empty key", false, true, []string{line(1, "")}, 0, "[line 1: warehouse_id: is empty, and the record's key is made of it]"},
		{"nothing at all", false, false, nil, 0, "[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cluster := start(t)
			o := options(cluster, "master.warehouses")
			o.DryRun, o.KeepGoing = c.dry, c.going
			outcome, err := feed.Lines(ctx, o, strings.NewReader(strings.Join(c.lines, "\n")))
			if err != nil {
				t.Fatal(err)
			}
			if outcome.Written != c.written || fmt.Sprint(outcome.Rejected) != c.rejected {
				t.Errorf("%d written, rejected %v, want %d and %s", outcome.Written, outcome.Rejected, c.written, c.rejected)
			}
		})
	}
}

func TestEventsAreWrittenUnderTheirKeyInTheOrderOfTheirLines(t *testing.T) {
	ctx, cluster := start(t)
	var lines []string
	for i := range 100 {
		lines = append(lines, line(i, "east"), line(i, "west"))
	}
	outcome, err := feed.Lines(ctx, options(cluster, "master.warehouses"), strings.NewReader(strings.Join(lines, "\n")))
	if err != nil || outcome.Written != 200 || outcome.Lines != 200 {
		t.Fatalf("%+v, %v", outcome, err)
	}
	if got := keys(t, ctx, cluster, "master.warehouses"); got != "map[east:100 west:100]" {
		t.Errorf("keys are %s", got)
	}
}

func TestAnEventThatIsTooLargeForItsTopicIsABadLine(t *testing.T) {
	ctx, cluster := start(t)
	outcome, err := feed.Lines(ctx, options(cluster, "master.warehouses"), strings.NewReader(strings.Replace(line(1, "east"), "East", strings.Repeat("x", 2<<20), 1)))
	if err != nil || len(outcome.Rejected) != 1 || !strings.Contains(outcome.Rejected[0].Problem, "at most 1MiB") {
		t.Errorf("%+v, %v", outcome, err)
	}
}
