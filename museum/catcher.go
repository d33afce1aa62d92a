package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// simulatedSeeds is how many seeds the simulator runs to find a bug.
const simulatedSeeds = 200

// catcher is what has to find a bug: a test, or one checker of the simulator.
type catcher struct {
	folder  string // of the test's package, from the root; empty: the simulator
	tags    string // build tags of the test
	test    string // TestName or TestName/subtest
	checker string
}

var (
	testName    = regexp.MustCompile(`^(Test|Fuzz)\w+(/\S+)?$`)
	checkerName = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
)

// parseCatcher reads "test ./FOLDER TestName", where -tags TAGS may come before the folder, or "simulate CHECKER".
func parseCatcher(text string) (catcher, error) {
	words, tags := strings.Fields(text), ""
	if len(words) == 5 && words[1] == "-tags" {
		tags = words[2]
		words = slices.Delete(words, 1, 3)
	}
	switch {
	case len(words) == 3 && words[0] == "test" && strings.HasPrefix(words[1], "./") && testName.MatchString(words[2]):
		return catcher{folder: strings.TrimPrefix(words[1], "./"), tags: tags, test: words[2]}, nil
	case len(words) == 2 && words[0] == "simulate" && checkerName.MatchString(words[1]):
		return catcher{checker: words[1]}, nil
	}
	return catcher{}, fmt.Errorf("%q is neither `test ./FOLDER TestName` nor `simulate CHECKER`", text)
}

func (c catcher) String() string {
	if c.folder == "" {
		return "simulate " + c.checker
	}
	if c.tags != "" {
		return "test -tags " + c.tags + " ./" + c.folder + " " + c.test
	}
	return "test ./" + c.folder + " " + c.test
}

// build is the command that compiles the catcher into a program.
func (c catcher) build(program string) []string {
	if c.folder == "" {
		return []string{"go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "./cmd/waybill"}
	}
	return []string{"go", "test", "-trimpath", "-ldflags=-s -w", "-tags", c.tags, "-c", "-o", program, "./" + c.folder}
}

// arguments are those of the program that looks for the bug.
func (c catcher) arguments() []string {
	if c.folder == "" {
		arguments := []string{"simulate", "--seeds", fmt.Sprint(simulatedSeeds), "--shrink", "0"}
		if c.checker == "deterministic" { // the one that needs two runs of a seed
			arguments = append(arguments, "--twice")
		}
		return arguments
	}
	return []string{"-test.v", "-test.count=1", "-test.run", pattern(c.test)}
}

// pattern is the expression that runs a test, or a test's one subtest, and no other.
func pattern(test string) string {
	parts := strings.Split(test, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

// fired tells by the output of a failed run whether it is this catcher that failed; if not, what did.
func (c catcher) fired(output string) (bool, string) {
	if c.folder == "" {
		failed := failedCheckers(output)
		if len(failed) == 0 {
			return false, "the simulator failed, but not by a checker"
		}
		return slices.Contains(failed, c.checker), "checker " + strings.Join(failed, ", ")
	}
	failed := testsThat("FAIL", output)
	if len(failed) == 0 {
		return false, "the test program failed outside of its tests"
	}
	return slices.Contains(failed, c.test), "test " + strings.Join(failed, ", ")
}

var testResult = regexp.MustCompile(`(?m)^\s*--- (PASS|FAIL): (\S+) \(`)

// testsThat are the tests with a result, PASS or FAIL, that a test program prints.
func testsThat(result, output string) (tests []string) {
	for _, line := range testResult.FindAllStringSubmatch(output, -1) {
		if line[1] == result {
			tests = append(tests, line[2])
		}
	}
	return tests
}

var checkerResult = regexp.MustCompile(`(?m)^seed (\d+): checker ([a-z-]+):`)

// failedCheckers are the simulator's checkers that found something in the first seed that failed.
func failedCheckers(output string) (checkers []string) {
	lines := checkerResult.FindAllStringSubmatch(output, -1)
	for _, line := range lines {
		if line[1] == lines[0][1] && !slices.Contains(checkers, line[2]) {
			checkers = append(checkers, line[2])
		}
	}
	return checkers
}
