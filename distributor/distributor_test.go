package distributor

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func fullSeason(seed uint64, orders int) (*Distributor, []Event) {
	d := New(Options{Seed: seed, Full: true})
	d.Season(opening, 14, orders)
	events := d.MasterData(opening)
	return d, append(events, d.Until(opening.AddDate(1, 0, 0))...)
}

func TestTheSameSeedTellsTheSame(t *testing.T) {
	a, eventsOfA := fullSeason(5, 300)
	b, eventsOfB := fullSeason(5, 300)
	if !reflect.DeepEqual(eventsOfA, eventsOfB) {
		t.Error("other events")
	}
	if !reflect.DeepEqual(a.Truth(), b.Truth()) {
		t.Error("another truth")
	}
	if _, events := fullSeason(6, 300); reflect.DeepEqual(events, eventsOfA) {
		t.Error("another seed tells the same")
	}
}

func TestEveryAffairAndEveryTwistIsTold(t *testing.T) {
	d, events := fullSeason(1, 6000)
	var stories strings.Builder
	for _, story := range d.Truth().Stories {
		stories.WriteString(story + ";")
	}
	for _, of := range affairs {
		if !strings.Contains(stories.String(), of.name) {
			t.Errorf("no order is %s", of.name)
		}
	}
	for _, of := range twists[1:] {
		if !strings.Contains(stories.String(), of.name) {
			t.Errorf("no line is %s", of.name)
		}
	}
	for _, schedule := range []string{"daily", "weekly", "month_end"} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(d.Truth().Consolidated)), func(a Account) bool { return a.Schedule == schedule }) {
			t.Errorf("nobody is billed %s", schedule)
		}
	}
	topics := map[string]int{}
	for _, event := range events {
		topics[event.Topic]++
	}
	if len(topics) != 12 {
		t.Errorf("events of %d topics: %v", len(topics), topics)
	}
}

func TestEventsComeInTheOrderInWhichTheyWereWritten(t *testing.T) {
	_, events := fullSeason(2, 500)
	for i := 1; i < len(events); i++ {
		if events[i].At.Before(events[i-1].At) {
			t.Fatalf("%s %s is written at %s, after something of %s", events[i].Topic, events[i].Key, events[i].At, events[i-1].At)
		}
	}
}

func TestMostOrdersComeOnTheMorningsOfWeekdays(t *testing.T) {
	at := func(text string) int {
		when, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return busy(when)
	}
	monday, night, sunday := at("2026-03-02 09:00"), at("2026-03-02 03:00"), at("2026-03-08 09:00")
	if monday <= night || night <= 0 || monday <= 10*sunday || sunday <= 0 {
		t.Errorf("Monday at nine %d, at three %d, Sunday %d", monday, night, sunday)
	}
}
