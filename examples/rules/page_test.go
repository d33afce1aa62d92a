package rules_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"waybill/processors/conditions"
)

// heading is what the first lines of a scenario say:
//
//	# Over-shipped: the excess is not billed until a person lets it go
//	# Part: Shipping
//	# Code: processors/fulfilment/overshipment.go, processors/fulfilment/tolerance.go
//	# Order matters: why, where another order of events may come to something else (rare)
type heading struct {
	path, rule, part string
	code             []string
	order            string
}

func headed(t *testing.T, path string) heading {
	t.Helper()
	h := heading{path: path}
	for line := range strings.SplitSeq(readFile(t, path), "\n") {
		text, comment := strings.CutPrefix(line, "# ")
		if !comment {
			break
		}
		switch name, value, _ := strings.Cut(text, ": "); {
		case h.rule == "":
			h.rule = text
		case name == "Part":
			h.part = value
		case name == "Code":
			h.code = strings.Split(value, ", ")
		case name == "Order matters":
			h.order = value
		}
	}
	return h
}

// parts are the chapters of the page, in the order of the flow.
var parts = []string{"Input", "Acceptance", "Shipping", "Substitution", "Invoice trigger", "Money", "Corrections", "Availability", "Receivables", "Commands"}

const page = "../../docs/rules.md"

var rewritePage = flag.Bool("page", false, "write docs/rules.md")

// TestThePageListsEveryRuleItsScenarioAndItsCode fails when docs/rules.md is not what the scenarios' headings say.
func TestThePageListsEveryRuleItsScenarioAndItsCode(t *testing.T) {
	byPart := map[string][]heading{}
	for _, path := range scenarios(t) {
		h := headed(t, path)
		if h.rule == "" || len(h.code) == 0 || !slices.Contains(parts, h.part) {
			t.Errorf("%s: the heading lacks its rule, its code, or a part of %s", path, strings.Join(parts, ", "))
		}
		for _, file := range h.code {
			if _, err := os.Stat("../../" + file); err != nil {
				t.Errorf("%s names code that is not there: %v", path, err)
			}
		}
		byPart[h.part] = append(byPart[h.part], h)
	}
	var text strings.Builder
	text.WriteString("# Rules\n\nEach rule with a scenario that a clerk can read, what came in and what comes out of it, and the code that decides it.\n" +
		"`go test ./examples/rules` plays them all, in their order and in others. This page is printed from their headings by\n`go test ./examples/rules -page`.\n")
	for _, part := range parts {
		if len(byPart[part]) == 0 {
			continue
		}
		fmt.Fprintf(&text, "\n## %s\n| rule | scenario | code |\n|---|---|---|\n", part)
		for _, h := range byPart[part] {
			var code []string
			for _, file := range h.code {
				code = append(code, fmt.Sprintf("[%s](../%s)", strings.TrimPrefix(file, "processors/"), file))
			}
			fmt.Fprintf(&text, "| %s | [%s](../examples/rules/%s) | %s |\n", h.rule, strings.TrimSuffix(h.path, ".txt"), h.path, strings.Join(code, "<br>"))
		}
	}
	if *rewritePage {
		if err := os.WriteFile(page, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if readFile(t, page) != text.String() {
		t.Errorf("docs/rules.md is not what the scenarios say: go test ./examples/rules -page")
	}
}

// TestEveryExceptionOpensAndClosesInAScenario fails for a class of the table that no scenario shows.
func TestEveryExceptionOpensAndClosesInAScenario(t *testing.T) {
	var all strings.Builder
	for _, path := range scenarios(t) {
		all.WriteString(readFile(t, path))
	}
	for _, class := range conditions.Table() {
		for _, verb := range []string{"opened", "closed"} {
			shown := regexp.MustCompile(`\n` + verb + " " + class.Name + `\b`)
			if !shown.MatchString(all.String()) {
				t.Errorf("no scenario shows %s %s", class.Name, verb)
			}
		}
	}
}
