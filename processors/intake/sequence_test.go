package intake

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// slotMap is an entity's slots in memory.
type slotMap map[int64]*Slot

func (m slotMap) at(sequence int64) *Slot { return m[sequence] }
func (m slotMap) put(slot *Slot)          { m[slot.Sequence] = slot }
func (m slotMap) remove(sequence int64)   { delete(m, sequence) }
func (m slotMap) after(sequence int64) (int64, bool) {
	first := int64(0)
	for at := range m {
		if at > sequence && (first == 0 || at < first) {
			first = at
		}
	}
	return first, first != 0
}

// dense plays a dense entity: its log is what became of each arrival.
type dense struct {
	Track
	slots slotMap
	log   []string
}

func (d *dense) say(format string, args ...any) { d.log = append(d.log, fmt.Sprintf(format, args...)) }

func (d *dense) deliver(slot *Slot) { d.say("%d", slot.Sequence) }

// arrive plays one word: a number is a readable event, "5!" an unreadable one, "5-" gives one up, "gap" accepts the gap.
func (d *dense) arrive(word string) {
	var sequence int64
	_, _ = fmt.Sscanf(word, "%d", &sequence)
	switch {
	case word == "gap":
		d.acceptGap(d.slots, d.deliver)
	case strings.HasSuffix(word, "-"):
		d.giveUp(sequence, d.slots, d.deliver)
	case strings.HasSuffix(word, "!"):
		if judged, slot := d.ofDense(sequence, d.slots); judged != duplicate && slot == nil {
			d.keep(&Slot{Sequence: sequence, Until: sequence, ExceptionID: word}, d.slots)
		}
	default:
		judged, slot := d.ofDense(sequence, d.slots)
		switch judged {
		case duplicate:
			d.say("dup")
		case early:
			d.keep(&Slot{Sequence: sequence, Until: sequence, Waiting: true}, d.slots)
		case inTurn:
			if slot != nil {
				d.slots.remove(sequence)
			}
			d.say("%d", sequence)
			d.take(sequence, d.slots, d.deliver)
		}
	}
}

func TestDenseEventsAreTakenInSequenceOnce(t *testing.T) {
	for _, c := range []struct {
		name, arrivals, want string
		missing              int64
	}{
		{"in order", "1 2 3", "1 2 3", 0},
		{"twice", "1 1 2 1 2", "1 dup 2 dup dup", 0},
		{"a gap is waited for", "1 3", "1", 2},
		{"a gap that is filled lets the rest go", "1 3 4 2", "1 2 3 4", 0},
		{"a waiting one twice", "1 3 3 2", "1 dup 2 3", 0},
		{"from the beginning", "2", "", 1},
		{"backwards", "4 3 2 1", "1 2 3 4", 0},
		{"two gaps: the first counts", "2 4", "", 1},
		{"two gaps: then the second", "2 4 1", "1 2", 3},
		{"a gap that is filled from behind", "1 5 4", "1", 2},
		{"a gap that is filled from the front", "1 5 2", "1 2", 3},
		{"an unreadable one stops", "1 2! 3 4", "1", 0},
		{"an unreadable one that comes again readable", "1 2! 3 2 4", "1 2 3 4", 0},
		{"an unreadable one that comes readable before its turn", "1! 2! 3 2 1", "1 2 3", 0},
		{"an unreadable one behind a gap shows the gap", "1 3!", "1", 2},
		{"an unreadable one and a gap behind it", "1! 2 4", "", 3},
		{"an unreadable one fills a gap", "1 3 2!", "1", 0},
		{"an unreadable copy of a waiting one", "1 3 3! 2", "1 2 3", 0},
		{"an unreadable copy of a taken one", "1 1! 2", "1 2", 0},
		{"given up in its turn", "1 2! 3 2- 4", "1 3 4", 0},
		{"given up before its turn", "2! 3 2- 1", "1 3", 0},
		{"what was given up before its turn stays so", "2! 3 2- 2 1", "dup 1 3", 0},
		{"what was given up in its turn stays so", "1 2! 2- 2", "1 dup", 0},
		{"a gap that is accepted", "1 4 gap", "1 4", 0},
		{"a long gap that is accepted, and another behind it", "1 4 6 gap", "1 4", 5},
		{"a gap that is accepted behind an unreadable one", "1! 5 gap", "", 0},
		{"an accepted gap is passed when its turn comes", "1! 5 gap 1 6", "1 5 6", 0},
		{"what comes into an accepted gap is given up", "1! 5 gap 2 3 4 1", "dup dup dup 1 5", 0},
		{"no gap to accept", "1 gap 2", "1 2", 0},
		{"far apart", "1 4000000000000000000 gap 2", "1 4000000000000000000 dup", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := dense{slots: slotMap{}}
			for _, word := range strings.Fields(c.arrivals) {
				d.arrive(word)
				if !d.valid() {
					t.Fatalf("after %s: invalid %+v", word, d.Track)
				}
			}
			if got := strings.Join(d.log, " "); got != c.want {
				t.Errorf("taken %q, want %q", got, c.want)
			}
			if got := d.missing(); got != c.missing {
				t.Errorf("missing %d, want %d", got, c.missing)
			}
		})
	}
}

func TestAnyOrderOfDenseEventsIsTakenInTheSameOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var words, want []string
		for sequence := range 1 + random.IntN(20) {
			word := fmt.Sprint(sequence + 1)
			want = append(want, word)
			for range 1 + random.IntN(3) {
				words = append(words, word)
			}
			if random.IntN(4) == 0 {
				words = append(words, word+"!")
			}
		}
		random.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		d := dense{slots: slotMap{}}
		for _, word := range words {
			d.arrive(word)
			if !d.valid() {
				t.Fatalf("%v: after %s invalid %+v", words, word, d.Track)
			}
		}
		got := slices.DeleteFunc(d.log, func(word string) bool { return word == "dup" })
		if !slices.Equal(got, want) || len(d.slots) > 0 || d.missing() != 0 {
			t.Fatalf("%v: taken %v, left %v, missing %d", words, got, d.slots, d.missing())
		}
	}
}

func TestMonotonicEventsBehindTheLatestAreDuplicates(t *testing.T) {
	var track Track
	for _, c := range []struct {
		position int64
		want     verdict
	}{{0, inTurn}, {0, duplicate}, {7, inTurn}, {3, duplicate}, {7, duplicate}, {8, inTurn}} {
		if got := track.ofMonotonic(c.position); got != c.want {
			t.Fatalf("position %d after %d: %d, want %d", c.position, track.Last, got, c.want)
		}
		if c.want == inTurn {
			track.Begun, track.Last = true, c.position
		}
	}
}

// BenchmarkSequencer gives a dense entity's events in order, and each pair of them swapped.
func BenchmarkSequencer(b *testing.B) {
	for _, of := range []struct {
		name string
		at   func(i int64) int64
	}{
		{"in order", func(i int64) int64 { return i + 1 }},
		{"swapped", func(i int64) int64 { return (i ^ 1) + 1 }},
	} {
		b.Run(of.name, func(b *testing.B) {
			track, slots := Track{}, slotMap{}
			b.ReportAllocs()
			for i := int64(0); b.Loop(); i++ {
				sequence := of.at(i)
				switch judged, _ := track.ofDense(sequence, slots); judged {
				case early:
					track.keep(&Slot{Sequence: sequence, Until: sequence, Waiting: true}, slots)
				case inTurn:
					track.take(sequence, slots, func(*Slot) {})
				case duplicate:
					b.Fatalf("%d is taken for a duplicate", sequence)
				}
			}
		})
	}
}
