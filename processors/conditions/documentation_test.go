package conditions

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write docs/exceptions.md anew")

// TestTheDocumentationIsPrintedFromTheTable holds docs/exceptions.md to the table in code.
func TestTheDocumentationIsPrintedFromTheTable(t *testing.T) {
	const file = "../../docs/exceptions.md"
	page := `# Exceptions

Every class of exception: when it is raised, who owns it, when it is due, how it ends and what to do. Printed from the table in
` + "`processors/conditions/table.go`" + ` by ` + "`go test ./processors/conditions -update`" + `. Work them with ` + "`waybill exceptions`" + `.

One that stays open escalates when it is due, at twice and at four times that age: its severity rises one step each time, up to
critical. It is deleted from o2c.exceptions 90 days after it was resolved; o2c.actions has who did what for 30 days.

` + Markdown()
	if *update {
		if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(file)
	if err != nil || string(written) != page {
		t.Errorf("%s is not what the table says (%v): run go test ./processors/conditions -update", file, err)
	}
}
