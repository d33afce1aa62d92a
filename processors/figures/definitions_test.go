package figures

import (
	"flag"
	"os"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "write docs/figures.md anew")

// TestTheDocumentationIsPrintedFromTheTable holds docs/figures.md to the table in code.
func TestTheDocumentationIsPrintedFromTheTable(t *testing.T) {
	const file = "../../docs/figures.md"
	page := `# Figures

What each figure counts, and how it is worked out. Printed from the table in ` + "`processors/figures/definitions.go`" + ` by
` + "`go test ./processors/figures -update`" + `. Read them with ` + "`waybill figures`" + `, from the topic ` + "`o2c.figures`" + `, or as the metrics ` + "`waybill_figure_…`" + `.

- A day is a day by UTC: a line that leaves a warehouse in California on its day at five in the afternoon is late.
- A figure follows from the latest records of the topic in the last column alone. What is corrected there, however late, corrects
  the figure: the old counts are taken off, the new ones added.
- Durations are counted in buckets: p50 and p95 are within 3.2 per cent; under 32 seconds, and in days, they are exact. Shares,
  counts and money are exact. A percentile is the nearest rank.
- A figure is true as of the latest event of which waybill had heard; exceptions, which open by the wall clock, as of the asking.
- A day's sums are kept for 400 days; what stands (unbilled, open exceptions, open balances, oversold) until it is gone.
- The customer's segment is the one of master data now: a customer who changes it takes what was counted along.
- Causes of unbilled value are the class of the exception that is open on the line, else on the order; ` + "`erp`" + `: it is invoice-ready and
  ERP has not invoiced it; ` + "`policy`" + `: nothing is wrong, and its invoice policy waits for a delivery, the rest of the order or a day.
- An exception that came and went by itself spoils no perfect order: whether it was ever seen depends on what came first.

` + Markdown()
	if *update {
		if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(file)
	if err != nil || string(written) != page {
		t.Errorf("%s is not what the table says (%v): run go test ./processors/figures -update", file, err)
	}
}

func TestEveryFigureSaysWhatItIs(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range Table() {
		if seen[d.Name] || d.Unit == "" || d.Counts == "" || d.Source == "" || len(d.By) == 0 {
			t.Errorf("%+v is named twice, or leaves something out", d)
		}
		seen[d.Name] = true
		if d.Stands() != (d.Window == 0) {
			t.Errorf("%s: what stands has no window, and nothing else has none", d.Name)
		}
		for _, by := range d.By {
			if !slices.Contains(Dimensions(), by) {
				t.Errorf("%s is told by %s, which is no dimension", d.Name, by)
			}
		}
	}
}

func TestADurationIsWithinAThirtySecondOfItsBucketsMiddle(t *testing.T) {
	for seconds := int64(0); seconds < 3_000_000; seconds += 1 + seconds/97 {
		middle := middleOf(bucketOf(seconds))
		if off := max(middle-seconds, seconds-middle); off*32 > seconds || seconds < 32 && off != 0 {
			t.Fatalf("%d s is told as %d s", seconds, middle)
		}
		if seconds > 0 && bucketOf(seconds) < bucketOf(seconds-1) {
			t.Fatalf("buckets go back at %d s", seconds)
		}
	}
	if bucketOf(-5) != 0 {
		t.Error("a duration below zero is none")
	}
}
