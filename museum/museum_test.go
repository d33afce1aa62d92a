package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEveryExhibitStillFitsTheTree(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	exhibits, err := readExhibits(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := checkAll(t.Context(), root, exhibits); err != nil {
		t.Fatal(err)
	}
	if len(exhibits) < 40 {
		t.Errorf("the museum has %d exhibits, and promises 40", len(exhibits))
	}
}

func TestAnExhibitSaysWhatItIs(t *testing.T) {
	e, err := parseExhibit("exhibits/half.patch", `Bug: Half a cent is lost.
Layer: money
Caught by: test -tags slow ./processors/money TestHalves/up
Says: want 1
Budget: 30s

diff --git a/processors/money/extend.go b/processors/money/extend.go
--- a/processors/money/extend.go
+++ b/processors/money/extend.go
@@ -1 +1 @@
-a
+b
`)
	if err != nil {
		t.Fatal(err)
	}
	if e.name != "half" || e.bug != "Half a cent is lost." || e.layer != "money" || e.says != "want 1" || e.budget != 30*time.Second ||
		e.caughtBy != (catcher{folder: "processors/money", tags: "slow", test: "TestHalves/up"}) || !slices.Equal(e.files, []string{"processors/money/extend.go"}) {
		t.Errorf("read as %+v", e)
	}
}

func TestAllThatIsWrongWithAnExhibitIsToldAtOnce(t *testing.T) {
	_, err := parseExhibit("x.patch", `Bug: One.
Bug: Two.
Caught by: luck
Budget: soon
Colour: red

diff --git a/a_test.go b/a_test.go
--- a/a_test.go
+++ b/a_test.go
`)
	if err == nil {
		t.Fatal("it was taken")
	}
	for _, problem := range []string{"Bug is given twice", "neither `test ./FOLDER TestName` nor `simulate CHECKER`", "soon", "Colour: red", "Layer: …", "changes a test"} {
		if !strings.Contains(err.Error(), problem) {
			t.Errorf("%q does not say %q", err, problem)
		}
	}
}

func TestOnlyWhatIsNamedHasCaughtTheBug(t *testing.T) {
	failedTest := `=== RUN   TestA
=== RUN   TestA/of_two
    a_test.go:9: 1, want 2
--- FAIL: TestA (0.00s)
    --- PASS: TestA/of_one (0.00s)
    --- FAIL: TestA/of_two (0.00s)
FAIL
`
	failedSeed := `seed 17: checker nothing-doubled: order o-3 line 1: billed 24, shipped 12
  epoch 4 of fulfilment/2 …
seed 17: checker model: …
seed 17: checker model: …
seed 23: checker holds: …
`
	for _, of := range []struct {
		by     string
		output string
		fired  bool
		what   string
	}{
		{"test ./a TestA", failedTest, true, "test TestA, TestA/of_two"},
		{"test ./a TestA/of_two", failedTest, true, "test TestA, TestA/of_two"},
		{"test ./a TestA/of_one", failedTest, false, "test TestA, TestA/of_two"},
		{"test ./a TestAB", failedTest, false, "test TestA, TestA/of_two"},
		{"test ./a TestA", "panic: test timed out after 1s\n", false, "the test program failed outside of its tests"},
		{"simulate nothing-doubled", failedSeed, true, "checker nothing-doubled, model"},
		{"simulate model", failedSeed, true, "checker nothing-doubled, model"},
		{"simulate holds", failedSeed, false, "checker nothing-doubled, model"},
		{"simulate model", "Error: unknown flag: --seeds\n", false, "the simulator failed, but not by a checker"},
	} {
		c, err := parseCatcher(of.by)
		if err != nil {
			t.Fatal(err)
		}
		if fired, what := c.fired(of.output); fired != of.fired || what != of.what {
			t.Errorf("%s: %v, %q; want %v, %q", of.by, fired, what, of.fired, of.what)
		}
	}
}

func TestATableIsWrittenBetweenItsMarkersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "proof.md")
	verdicts := []verdict{
		{exhibit: exhibit{name: "half", bug: "Half | a cent.", layer: "money", caughtBy: catcher{folder: "money", test: "TestHalves"}}, took: 1500 * time.Millisecond},
		{exhibit: exhibit{name: "twice", bug: "Twice.", layer: "stream", caughtBy: catcher{checker: "nothing-doubled"}}, problem: "not caught"},
	}
	for range 2 { // made new, then written over
		if err := writeTable(path, verdicts); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(section, tableBegins+"\n", tableBegins+`
| exhibit | the bug | layer | caught by | seconds |
| --- | --- | --- | --- | --- |
| half | Half \| a cent. | money | `+"`TestHalves`, `money`"+` | 1.50 |
| twice | Twice. | stream | **not caught** | 0.00 |

2 exhibits: 1 caught by a test, 1 by the simulator (200 seeds at most).
`, 1)
	if string(written) != want {
		t.Errorf("written:\n%s\nwant:\n%s", written, want)
	}
	if err := os.WriteFile(path, []byte("# Proof\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeTable(path, verdicts); err == nil || !strings.Contains(err.Error(), tableBegins) {
		t.Errorf("a document without the table's place: %v", err)
	}
}

// TestEachEndOfAnExhibitIsTold visits a museum of a project of one function.
func TestEachEndOfAnExhibitIsTold(t *testing.T) {
	root := t.TempDir()
	source := "package sum\n\n// Of adds.\nfunc Of(a, b int) int {\n\treturn a + b\n}\n"
	write := func(name, content string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module sum\n\ngo 1.26.0\n")
	write("sum/sum.go", source)
	write("sum/sum_test.go", `package sum

import (
	"os"
	"testing"
)

func TestOneAndOne(t *testing.T) {
	if got := Of(1, 1); got != 2 {
		t.Fatalf("%d, want 2", got)
	}
}

func TestOneAndNothing(t *testing.T) {
	if left, err := os.ReadFile("left"); err == nil {
		t.Fatalf("%s is left of another run", left)
	}
	if err := os.WriteFile("left", []byte("this"), 0o600); err != nil {
		t.Fatal(err)
	}
}
`)
	patch := func(name, by, says, old, now string) {
		write("museum/exhibits/"+name+".patch", "Bug: "+name+".\nLayer: sum\nCaught by: test ./sum "+by+"\n"+says+"Budget: 1m\n\n"+
			"diff --git a/sum/sum.go b/sum/sum.go\n--- a/sum/sum.go\n+++ b/sum/sum.go\n@@ -3,4 +3,4 @@\n // Of adds.\n func Of(a, b int) int {\n-"+old+"\n+"+now+"\n }\n")
	}
	const right = "\treturn a + b"
	patch("a-caught", "TestOneAndOne", "Says: 0, want 2\n", right, "\treturn a - b")
	patch("b-not-caught", "TestOneAndNothing", "", right, "\treturn a - b")
	patch("b-not-caught-again", "TestOneAndNothing", "", right, "\treturn a - b")
	patch("c-another-reason", "TestOneAndOne", "Says: 3, want 2\n", right, "\treturn a - b")
	patch("d-does-not-compile", "TestOneAndOne", "", right, "\treturn")
	patch("e-does-not-apply", "TestOneAndOne", "", "\treturn b + a", "\treturn a - b")
	patch("f-ends-the-program", "TestOneAndOne", "", right, "\tgo panic(a); select {}")
	exhibits, err := readExhibits(root)
	if err == nil {
		_, err = call(t.Context(), root, "git", "init", "-q")
	}
	if err != nil {
		t.Fatal(err)
	}
	verdicts, err := visit(t.Context(), io.Discard, root, exhibits, 2)
	if err != nil {
		t.Fatal(err)
	}
	var problems []string
	for _, v := range verdicts {
		problems = append(problems, v.problem)
	}
	want := []string{
		"", "not caught", "not caught", `caught for another reason: nothing says "3, want 2"`, "broken: it does not compile", "broken: it does not apply",
		"caught by something else: the test program failed outside of its tests",
	}
	if !slices.Equal(problems, want) {
		t.Errorf("verdicts %q, want %q", problems, want)
	}
	if err := checkAll(t.Context(), root, exhibits); err == nil || strings.Count(err.Error(), "does not fit") != 1 {
		t.Errorf("the check says %v", err)
	}
	if after, err := os.ReadFile(filepath.Join(root, "sum", "sum.go")); err != nil || string(after) != source {
		t.Errorf("the tree itself was changed: %v\n%s", err, after)
	}
	if _, err := visit(t.Context(), io.Discard, root, []exhibit{{name: "gone", caughtBy: catcher{folder: "sum", test: "TestTwo"}}}, 1); err == nil || !strings.Contains(err.Error(), "no such test") {
		t.Errorf("a test that is not there: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := visit(ended, io.Discard, root, exhibits, 1); err == nil {
		t.Error("a visit that was broken off went well")
	}
}
