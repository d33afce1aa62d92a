package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// proof is the document that holds the table, between the two markers.
const proof = "docs/proof.md"

const (
	tableBegins = "<!-- museum: written by `go run ./museum -write` -->"
	tableEnds   = "<!-- museum ends -->"
)

// section is what a new document begins with.
const section = `# Proof

## Museum

` + "`make museum`" + ` puts one plausible bug back at a time and looks whether the proof notices.

` + tableBegins + "\n" + tableEnds + "\n"

func printVerdict(to io.Writer, v verdict) {
	what := "caught"
	if v.problem != "" {
		what = "MISSED"
	}
	fmt.Fprintf(to, "%s %6.2f s  %-42s %s\n", what, v.took.Seconds(), v.exhibit.name, v.exhibit.caughtBy)
	if v.problem == "" {
		return
	}
	fmt.Fprintf(to, "       %s: %s\n", v.problem, v.exhibit.bug)
	for line := range strings.Lines(lastLines(v.output, 40)) {
		fmt.Fprintf(to, "       | %s\n", strings.TrimRight(line, "\n"))
	}
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// markdown is the table of all verdicts.
func markdown(verdicts []verdict) string {
	var b strings.Builder
	b.WriteString("| exhibit | the bug | layer | caught by | seconds |\n| --- | --- | --- | --- | --- |\n")
	simulated := 0
	for _, v := range verdicts {
		by := fmt.Sprintf("`%s`, `%s`", v.exhibit.caughtBy.test, v.exhibit.caughtBy.folder)
		if v.exhibit.caughtBy.folder == "" {
			by = fmt.Sprintf("the simulator's checker `%s`", v.exhibit.caughtBy.checker)
			simulated++
		}
		if v.problem != "" {
			by = "**" + v.problem + "**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %.2f |\n", v.exhibit.name, strings.ReplaceAll(v.exhibit.bug, "|", `\|`), v.exhibit.layer, by, v.took.Seconds())
	}
	fmt.Fprintf(&b, "\n%d exhibits: %d caught by a test, %d by the simulator (%d seeds at most).\n", len(verdicts), len(verdicts)-simulated, simulated, simulatedSeeds)
	return b.String()
}

// writeTable puts the table between the markers of the document, which is made when it is not there.
func writeTable(path string, verdicts []verdict) error {
	document, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		document, err = []byte(section), nil
	}
	if err != nil {
		return err
	}
	written, err := between(string(document), markdown(verdicts))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, []byte(written), 0o644) //nolint:gosec // a document that all may read
}

func between(document, table string) (string, error) {
	before, rest, begins := strings.Cut(document, tableBegins)
	_, after, ends := strings.Cut(rest, tableEnds)
	if !begins || !ends {
		return "", fmt.Errorf("the table's place is not there: two lines, %s and %s", tableBegins, tableEnds)
	}
	return before + tableBegins + "\n" + table + tableEnds + after, nil
}
