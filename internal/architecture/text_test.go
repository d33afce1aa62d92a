package architecture

import (
	"go/ast"
	"go/build/constraint"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// registries are hosts that packages come from. The project names packages and lets each user's own settings say from
// where they come. (In two parts, so that this file does not name them either.)
var registries = []string{
	"repo1.maven" + ".org", "repo.maven" + ".apache.org", "central.sonatype" + ".com",
	"proxy.golang" + ".org", "sum.golang" + ".org",
	"pypi" + ".org", "files.pythonhosted" + ".org",
	"registry.npmjs" + ".org", "registry.yarnpkg" + ".com",
	"static.crates" + ".io", "index.crates" + ".io",
	"deb.debian" + ".org", "security.debian" + ".org",
	"registry-1.docker" + ".io", "gcr" + ".io", "quay" + ".io",
}

func TestNoFileNamesAPackageRegistry(t *testing.T) {
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if slices.Contains([]string{".git", "bin", "dist", "node_modules"}, name) {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() || slices.Contains([]string{".sum", ".test", ".out", ".png", ".gz"}, filepath.Ext(name)) {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text := strings.ToLower(string(content))
		for _, host := range registries {
			if before, _, found := strings.Cut(text, host); found {
				t.Errorf("%s:%d names %s: leave it to the settings of whoever builds", path, 1+strings.Count(before, "\n"), host)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// forEachTestFile parses the test files of the module.
func forEachTestFile(t *testing.T, visit func(*token.FileSet, parsed)) {
	t.Helper()
	for _, of := range list(t, "./...") {
		files := token.NewFileSet()
		for _, source := range parse(t, files, of, slices.Concat(of.TestGoFiles, of.XTestGoFiles)) {
			visit(files, source)
		}
	}
}

func TestTestsAreNeverSkipped(t *testing.T) {
	forEachTestFile(t, func(files *token.FileSet, source parsed) {
		ast.Inspect(source.File, func(node ast.Node) bool {
			selector, ok := node.(*ast.SelectorExpr)
			if ok && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, selector.Sel.Name) {
				if receiver, ok := selector.X.(*ast.Ident); ok && (receiver.Name == "t" || receiver.Name == "b" || receiver.Name == "tb") {
					t.Errorf("%s: a skipped test hides that nothing was tested: fail and say what is missing, or give the file a build tag", at(files, source, selector))
				}
			}
			return true
		})
	})
}

// deploy/kafka/test.sh runs the tests whose name has Kafka in it, of the packages that have files with the build tag.
func TestTestsOfARealKafkaAreNamedSo(t *testing.T) {
	forEachTestFile(t, func(files *token.FileSet, source parsed) {
		if !tagged(source, "kafka") {
			return
		}
		for _, declaration := range source.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok || function.Recv != nil || !strings.HasPrefix(function.Name.Name, "Test") || function.Name.Name == "TestMain" {
				continue
			}
			if !strings.Contains(function.Name.Name, "Kafka") {
				t.Errorf("%s: `make test-kafka` does not run %s: put Kafka into its name", at(files, source, function), function.Name.Name)
			}
		}
	})
}

// tagged tells whether a file is built only with a tag.
func tagged(source parsed, tag string) bool {
	for _, group := range source.Comments {
		for _, comment := range group.List {
			if expression, err := constraint.Parse(comment.Text); err == nil && comment.Pos() < source.Package {
				without := expression.Eval(func(other string) bool { return other != tag })
				with := expression.Eval(func(string) bool { return true })
				return with && !without
			}
		}
	}
	return false
}
