package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// exhibit is one plausible bug, kept as the patch that puts it back. Its file begins with lines "Field: text", in any
// order and each once; the unified diff against the root of the project follows.
type exhibit struct {
	name     string // of the file, without .patch
	bug      string // what goes wrong, in one sentence
	layer    string // the package that has it
	caughtBy catcher
	says     string        // what the output of the catcher has to hold, if given: it failed for this reason
	budget   time.Duration // for the catcher's run; what it takes to compile is not counted
	path     string
	files    []string // that the diff changes
}

var changedFile = regexp.MustCompile(`(?m)^\+\+\+ b/(\S+)`)

// parseExhibit reads the lines before the diff. All that is wrong is told at once.
func parseExhibit(path, content string) (exhibit, error) {
	e := exhibit{name: strings.TrimSuffix(filepath.Base(path), ".patch"), path: path}
	head, diff, found := strings.Cut(content, "\ndiff --git ")
	var problems []error
	if !found {
		problems = append(problems, errors.New("there is no line that begins with `diff --git`"))
	}
	for _, file := range changedFile.FindAllStringSubmatch(diff, -1) {
		e.files = append(e.files, file[1])
	}
	if len(e.files) == 0 {
		problems = append(problems, errors.New("the diff changes no file"))
	}
	if slices.ContainsFunc(e.files, func(file string) bool { return strings.HasSuffix(file, "_test.go") }) {
		problems = append(problems, errors.New("the diff changes a test: a bug is in the product"))
	}
	given := map[string]bool{}
	for line := range strings.Lines(head) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		field, text, _ := strings.Cut(line, ": ")
		if given[field] {
			problems = append(problems, fmt.Errorf("%s is given twice", field))
		}
		given[field] = true
		var err error
		switch field {
		case "Bug":
			e.bug = text
		case "Layer":
			e.layer = text
		case "Caught by":
			e.caughtBy, err = parseCatcher(text)
		case "Says":
			e.says = text
		case "Budget":
			e.budget, err = time.ParseDuration(text)
		default:
			err = fmt.Errorf("%q is none of Bug, Layer, Caught by, Says, Budget", line)
		}
		if err != nil {
			problems = append(problems, err)
		}
	}
	for _, field := range []string{"Bug", "Layer", "Caught by", "Budget"} {
		if !given[field] {
			problems = append(problems, fmt.Errorf("the line %q is missing", field+": …"))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return exhibit{}, fmt.Errorf("%s: %w", path, err)
	}
	return e, nil
}

// readExhibits reads all patches of the museum under the project's root, an absolute path, in the order of their layers and names.
func readExhibits(root string) ([]exhibit, error) {
	paths, err := filepath.Glob(filepath.Join(root, "museum", "exhibits", "*.patch"))
	if err != nil {
		return nil, err
	}
	var all []exhibit
	var problems []error
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		e, err := parseExhibit(path, string(content))
		if err != nil {
			problems = append(problems, err)
		}
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b exhibit) int { return strings.Compare(a.layer+" "+a.name, b.layer+" "+b.name) })
	return all, errors.Join(problems...)
}
