package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// workshop is a private copy of the tree, in which one exhibit at a time is put back, looked for and taken out again.
type workshop struct {
	tree    string
	program string          // where the catchers are compiled to
	files   map[string]bool // of the tree
}

// newWorkshop copies the tree as it is, with what is not committed and without what git ignores.
func newWorkshop(ctx context.Context, root, into string) (*workshop, error) {
	w := &workshop{tree: filepath.Join(into, "tree"), program: filepath.Join(into, "catcher"), files: map[string]bool{}}
	listed, err := call(ctx, root, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return nil, err
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(listed, "\x00"), "\x00") {
		if err := copyFile(filepath.Join(root, name), filepath.Join(w.tree, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		w.files[filepath.FromSlash(name)] = true
	}
	return w, nil
}

// sweep removes what a catcher has left behind in its folder: cases that failed are tried again by the next run of some
// tests, and would catch another bug for it.
func (w *workshop) sweep(folder string) error {
	return filepath.WalkDir(filepath.Join(w.tree, folder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(w.tree, path)
		if err != nil || w.files[name] {
			return err
		}
		return os.Remove(path)
	})
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }() // it was only read
	info, err := source.Stat()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	target, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}

// verdict is what became of an exhibit.
type verdict struct {
	exhibit exhibit
	took    time.Duration // of the catcher's run
	problem string        // empty: caught by what was named
	output  string        // of the catcher, when there is a problem
}

// look puts the bug back, runs its catcher, and takes the bug out again. The error is one of the workshop itself.
func (w *workshop) look(ctx context.Context, e exhibit) (verdict, error) {
	if _, err := call(ctx, w.tree, "git", "apply", e.path); err != nil {
		return verdict{exhibit: e, problem: "broken: it does not apply", output: err.Error()}, nil //nolint:nilerr // of the exhibit, not of the workshop
	}
	v := w.judge(ctx, e)
	if err := w.sweep(e.caughtBy.folder); err != nil {
		return v, err
	}
	if _, err := call(context.WithoutCancel(ctx), w.tree, "git", "apply", "--reverse", e.path); err != nil {
		return v, err
	}
	return v, ctx.Err()
}

func (w *workshop) judge(ctx context.Context, e exhibit) verdict {
	v := verdict{exhibit: e}
	build := e.caughtBy.build(w.program)
	if _, err := call(ctx, w.tree, build[0], build[1:]...); err != nil {
		v.problem, v.output = "broken: it does not compile", err.Error()
		return v
	}
	within, cancel := context.WithTimeout(ctx, e.budget)
	defer cancel()
	started := time.Now()
	output, err := call(within, filepath.Join(w.tree, e.caughtBy.folder), w.program, e.caughtBy.arguments()...)
	v.took = time.Since(started)
	fired, what := e.caughtBy.fired(output)
	switch {
	case within.Err() != nil:
		v.problem = fmt.Sprintf("not caught within %s", e.budget)
	case err == nil:
		v.problem = "not caught"
	case !fired:
		v.problem = "caught by something else: " + what
	case !strings.Contains(output, e.says):
		v.problem = fmt.Sprintf("caught for another reason: nothing says %q", e.says)
	default:
		return v
	}
	v.output = output
	return v
}

// rehearse runs catchers of one program on the tree as it is: all have to be there and content.
func (w *workshop) rehearse(ctx context.Context, catchers []catcher) error {
	build := catchers[0].build(w.program)
	if _, err := call(ctx, w.tree, build[0], build[1:]...); err != nil {
		return err
	}
	done := map[string]bool{}
	for _, c := range catchers {
		if done[strings.Join(c.arguments(), " ")] {
			continue
		}
		done[strings.Join(c.arguments(), " ")] = true
		output, err := call(ctx, filepath.Join(w.tree, c.folder), w.program, c.arguments()...)
		if err != nil {
			return fmt.Errorf("%s fails without any bug: %w", c, err)
		}
		if c.folder != "" && !slices.Contains(testsThat("PASS", output), c.test) {
			return fmt.Errorf("%s: there is no such test", c)
		}
		if err := w.sweep(c.folder); err != nil {
			return err
		}
	}
	return nil
}

// call runs a command in a folder and returns all that it printed, which its error holds too.
func call(ctx context.Context, folder, program string, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, program, arguments...)
	command.Dir = folder
	command.WaitDelay = time.Second
	// Compiled as `make build` does, so that both share what is compiled already; a folder of the copy is no repository.
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GIT_CEILING_DIRECTORIES="+filepath.Dir(folder))
	output, err := command.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", command, err, strings.TrimSpace(string(output)))
	}
	return string(output), err
}
