package architecture

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// listed is what `go list` says of a package.
type listed struct {
	Dir          string
	ImportPath   string
	Standard     bool
	Export       string // file of its compiled types, of -export
	GoFiles      []string
	TestGoFiles  []string
	XTestGoFiles []string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Error        *struct{ Err string }
}

// list runs `go list` at the root of the module. Files with the build tags kafka and synctests are of the module too.
func list(t *testing.T, arguments ...string) []listed {
	t.Helper()
	command := exec.Command("go", append([]string{"list", "-e", "-json", "-tags", "kafka,synctests"}, arguments...)...)
	command.Dir = root
	var complaints strings.Builder
	command.Stderr = &complaints
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, complaints.String())
	}
	var packages []listed
	decoder := json.NewDecoder(strings.NewReader(string(output)))
	for {
		var one listed
		err := decoder.Decode(&one)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, one)
	}
}

// root is the module's folder as seen from this package's.
const root = "../.."

// module is what the import paths of our own packages begin with.
const module = "waybill/"

// folder is where in the module a package of ours lies; false for a package of others.
func folder(importPath string) (string, bool) {
	return strings.CutPrefix(importPath, module)
}

// within tells whether a folder or import path is covered by a pattern: itself, or with /... itself and all below.
func within(name, pattern string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return name == base || strings.HasPrefix(name, base+"/")
	}
	return name == pattern
}

func withinAny(name string, patterns []string) bool {
	for _, pattern := range patterns {
		if within(name, pattern) {
			return true
		}
	}
	return false
}

// parsed is a source file of the module.
type parsed struct {
	*ast.File
	path string // from the root of the module
}

// parse reads files of a package.
func parse(t *testing.T, files *token.FileSet, of listed, names []string) []parsed {
	t.Helper()
	var all []parsed
	for _, name := range names {
		file, err := parser.ParseFile(files, filepath.Join(of.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parsed{file, place(of, name)})
	}
	return all
}

// place is a file's path from the root of the module.
func place(of listed, name string) string {
	if below, ok := folder(of.ImportPath); ok {
		return path.Join(below, name)
	}
	return name
}

// at prints where in the module a node stands.
func at(files *token.FileSet, file parsed, node ast.Node) string {
	return fmt.Sprintf("%s:%d", file.path, files.Position(node.Pos()).Line)
}
