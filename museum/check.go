package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// checkAll tells which exhibits have rotted: their patch does not fit the tree any more, or their test is gone. It
// compiles nothing.
func checkAll(ctx context.Context, root string, exhibits []exhibit) error {
	var problems []error
	for _, e := range exhibits {
		if _, err := call(ctx, root, "git", "apply", "--check", e.path); err != nil {
			problems = append(problems, fmt.Errorf("%s does not fit the tree any more: put the bug back by hand and renew the diff: %w", e.name, err))
		}
		if e.caughtBy.folder == "" {
			continue
		}
		there, err := declares(filepath.Join(root, e.caughtBy.folder), e.caughtBy.test)
		if err != nil {
			return err
		}
		if !there {
			problems = append(problems, fmt.Errorf("%s: %s is no test any more: name the one that catches it now", e.name, e.caughtBy))
		}
	}
	return errors.Join(problems...)
}

// declares tells whether a folder's test files declare the test.
func declares(folder, test string) (bool, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		return false, err
	}
	test, _, _ = strings.Cut(test, "/")
	declaration := regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(test) + `\(`)
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			return false, err
		}
		if declaration.Match(source) {
			return true, nil
		}
	}
	return false, nil
}
