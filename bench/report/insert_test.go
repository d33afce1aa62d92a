package report

import "testing"

func TestWhatStoodBetweenTheMarksIsReplacedAndTheRestStays(t *testing.T) {
	once := inserted("# Speed\n", "a", "old")
	if once != "# Speed\n\n<!-- bench: a -->\nold\n<!-- /bench: a -->\n" {
		t.Fatalf("a document without marks: %q", once)
	}
	both := inserted(once+"Between.\n", "b", "other")
	if got, want := inserted(both, "a", "new\n"), "# Speed\n\n<!-- bench: a -->\nnew\n<!-- /bench: a -->\nBetween.\n\n<!-- bench: b -->\nother\n<!-- /bench: b -->\n"; got != want {
		t.Errorf("%q\nwant %q", got, want)
	}
}
