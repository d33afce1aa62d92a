package architecture

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
)

// A processor is a step: the same state, record and time give the same rows, records and timers, byte for byte. What
// follows is what would break that, or would do input and output behind the kernel's back, with what to use instead.

var impurePackages = []struct{ of, instead string }{
	{"math/rand/...", "derive it from the input: ids are hashes of business keys"},
	{"crypto/rand", "derive it from the input: ids are hashes of business keys"},
	{"os/...", "take it as a value of the stage's Policy, which cmd reads"},
	{"net/...", "send a record by an Output, read one by an input or a Reference"},
	{"syscall", "send a record by an Output, read one by an input or a Reference"},
	{"io/fs", "take it as a value of the stage's Policy or the catalogue, which cmd reads"},
	{"path/filepath", "take it as a value of the stage's Policy or the catalogue, which cmd reads"},
	{"log/...", "count the outcome by s.Count, raise a Condition, or return an error: the kernel logs with topic, partition and offset"},
	{"sync/...", "keep it in a Table: a task's steps run one at a time"},
	{"runtime/...", "decide by the input: what the process is doing is the kernel's business"},
	{"unsafe", "declare the type that it is"},
}

var impureNames = map[string]string{
	"time.Now":          "use s.Now()",
	"time.Since":        "use s.Now().Sub(…)",
	"time.Until":        "use ….Sub(s.Now())",
	"time.Sleep":        "set a timer: stream.OnTimer and Set",
	"time.After":        "set a timer: stream.OnTimer and Set",
	"time.AfterFunc":    "set a timer: stream.OnTimer and Set",
	"time.Tick":         "set a timer: stream.OnTimer and Set",
	"time.NewTimer":     "set a timer: stream.OnTimer and Set",
	"time.NewTicker":    "set a timer: stream.OnTimer and Set",
	"time.Local":        "use UTC: the machine's time zone is not an input",
	"time.LoadLocation": "use UTC: the machine's time zone files are not an input",
	"fmt.Print":         "return what people are to see in a Condition's message",
	"fmt.Printf":        "return what people are to see in a Condition's message",
	"fmt.Println":       "return what people are to see in a Condition's message",
}

// unordered names the functions whose sequence has another order in every run.
var unordered = []string{"maps.Keys", "maps.Values", "maps.All"}

// orderDoesNotMatter is how a comment says, on the line before or at its end, that a walk over a map gives the same
// whatever the order is; what follows it says why.
const orderDoesNotMatter = "order does not matter: "

func TestProcessorsArePure(t *testing.T) {
	packages := list(t, "-export", "-deps", "./processors/...")
	lookup := exports(packages)
	processors := 0
	for _, of := range packages {
		own, ours := folder(of.ImportPath)
		if !ours || !within(own, "processors/...") {
			continue
		}
		processors++
		files := token.NewFileSet()
		sources := parse(t, files, of, of.GoFiles)
		findings, err := impurities(files, sources, of.ImportPath, lookup)
		if err != nil {
			t.Errorf("%s: %v", own, err)
		}
		for _, finding := range findings {
			t.Error(finding)
		}
	}
	if processors == 0 {
		t.Error("no package under processors/ was looked at")
	}
}

// exports finds the compiled types of packages that `go list -export` listed.
func exports(packages []listed) importer.Lookup {
	export := map[string]string{}
	for _, of := range packages {
		export[of.ImportPath] = of.Export
	}
	return func(importPath string) (io.ReadCloser, error) {
		if export[importPath] == "" {
			return nil, fmt.Errorf("%s is not compiled: does it build?", importPath)
		}
		return os.Open(export[importPath])
	}
}

// impurities lists what a package does that a step may not do.
func impurities(files *token.FileSet, sources []parsed, importPath string, lookup importer.Lookup) ([]string, error) {
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{},
		Uses:  map[*ast.Ident]types.Object{},
		Defs:  map[*ast.Ident]types.Object{},
	}
	config := types.Config{Importer: importer.ForCompiler(files, "gc", lookup)}
	plain := make([]*ast.File, len(sources))
	for i, source := range sources {
		plain[i] = source.File
	}
	checked, err := config.Check(importPath, files, plain, info)
	if err != nil {
		return nil, err
	}
	var findings []string
	for _, source := range sources {
		w := &walk{files: files, source: source, info: info, scope: checked.Scope(), excused: excuses(files, source)}
		w.imports()
		ast.Inspect(source.File, w.node)
		findings = append(findings, w.findings...)
	}
	return findings, nil
}

// excuses are the lines of a file for which a comment says that order does not matter.
func excuses(files *token.FileSet, source parsed) map[int]bool {
	lines := map[int]bool{}
	for _, group := range source.Comments {
		for _, comment := range group.List {
			if _, why, found := strings.Cut(comment.Text, orderDoesNotMatter); found && strings.TrimSpace(why) != "" {
				// The comment's own line, and the one after the group that it stands in.
				lines[files.Position(comment.Pos()).Line] = true
				lines[files.Position(group.End()).Line+1] = true
			}
		}
	}
	return lines
}

// walk goes through one file of a package.
type walk struct {
	files    *token.FileSet
	source   parsed
	info     *types.Info
	scope    *types.Scope // of the package
	excused  map[int]bool
	sorted   []ast.Expr // arguments of slices.Sorted and its like
	findings []string
}

func (w *walk) find(node ast.Node, format string, arguments ...any) {
	w.findings = append(w.findings, at(w.files, w.source, node)+": "+fmt.Sprintf(format, arguments...))
}

func (w *walk) imports() {
	for _, imported := range w.source.Imports {
		name := strings.Trim(imported.Path.Value, `"`)
		for _, impure := range impurePackages {
			if within(name, impure.of) {
				w.find(imported, "imports %s; instead: %s", name, impure.instead)
			}
		}
		if _, ours := folder(name); !ours && strings.Contains(strings.Split(name, "/")[0], ".") {
			w.find(imported, "imports %s; a processor uses the standard library and our stream, state, schemas and topics", name)
		}
	}
}

func (w *walk) node(node ast.Node) bool {
	switch n := node.(type) {
	case *ast.GoStmt:
		w.find(n, "starts a goroutine; instead: do it in the step, or send a record to a stage that does it")
	case *ast.ChanType, *ast.SendStmt, *ast.SelectStmt:
		w.find(n, "uses a channel; instead: keep what is to come in a Table, or send a record")
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			w.find(n, "uses a channel; instead: keep what is to come in a Table, or send a record")
		}
	case *ast.SelectorExpr:
		w.selector(n)
	case *ast.Ident:
		w.float(n)
	case *ast.BasicLit:
		if n.Kind == token.FLOAT {
			w.find(n, "has a floating-point number; instead: the decimals of schemas and the exact products of processors/money")
		}
	case *ast.RangeStmt:
		if _, isMap := under(w.info.TypeOf(n.X)).(*types.Map); isMap {
			w.unordered(n, "ranges over a map")
		}
	case *ast.CallExpr:
		if strings.HasPrefix(w.qualified(n.Fun), "slices.Sorted") {
			w.sorted = append(w.sorted, n.Args...)
		}
		if name := w.qualified(n.Fun); slices.Contains(unordered, name) && !slices.Contains(w.sorted, ast.Expr(n)) {
			w.unordered(n, "walks a map by "+name)
		}
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			for _, left := range n.Lhs {
				w.variable(left)
			}
		}
	case *ast.IncDecStmt:
		w.variable(n.X)
	}
	return true
}

// selector looks at names of packages, such as time.Now.
func (w *walk) selector(n *ast.SelectorExpr) {
	name := w.qualified(n)
	if instead, impure := impureNames[name]; impure {
		w.find(n, "uses %s; instead: %s", name, instead)
	}
}

// qualified is package.Name for a name that another package declares at its top; else empty.
func (w *walk) qualified(expression ast.Expr) string {
	switch n := expression.(type) {
	case *ast.IndexExpr:
		return w.qualified(n.X)
	case *ast.IndexListExpr:
		return w.qualified(n.X)
	case *ast.SelectorExpr:
		object := w.info.Uses[n.Sel]
		if object == nil || object.Pkg() == nil || object.Parent() != object.Pkg().Scope() {
			return ""
		}
		return object.Pkg().Path() + "." + object.Name()
	}
	return ""
}

// float refuses the floating-point types by name: no quantity, price or amount is one.
func (w *walk) float(n *ast.Ident) {
	name, ok := w.info.Uses[n].(*types.TypeName)
	if ok && name.Parent() == types.Universe && (name.Name() == "float64" || name.Name() == "float32") {
		w.find(n, "uses %s; instead: the decimals of schemas and the exact products of processors/money", name.Name())
	}
}

func (w *walk) unordered(n ast.Node, what string) {
	if !w.excused[w.files.Position(n.Pos()).Line] {
		w.find(n, "%s, whose order is another in every run; instead: keep a slice, or walk slices.Sorted(maps.Keys(…)); where the result is the same in any order say why in a comment before it: // %s…", what, orderDoesNotMatter)
	}
}

// variable refuses to change what is declared at the top of a package: it would be state that no changelog knows.
func (w *walk) variable(left ast.Expr) {
	for {
		switch n := left.(type) {
		case *ast.IndexExpr:
			left = n.X
		case *ast.SelectorExpr:
			if w.qualified(n) != "" {
				w.find(n, "changes %s; instead: keep state in a Table", w.qualified(n))
				return
			}
			left = n.X
		case *ast.StarExpr:
			left = n.X
		case *ast.ParenExpr:
			left = n.X
		case *ast.Ident:
			if object := w.info.Uses[n]; object != nil && object.Parent() == w.scope {
				w.find(n, "changes the package variable %s; instead: keep state in a Table", n.Name)
			}
			return
		default:
			return
		}
	}
}

func under(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	if parameter, ok := t.(*types.TypeParam); ok {
		t = parameter.Constraint()
		if union, ok := t.Underlying().(*types.Interface); ok && union.NumEmbeddeds() == 1 {
			if terms, ok := union.EmbeddedType(0).(*types.Union); ok && terms.Len() == 1 {
				return terms.Term(0).Type().Underlying()
			}
		}
	}
	return t.Underlying()
}

func TestPurityTestSeesEachImpurity(t *testing.T) {
	lookup := exports(list(t, "-export", "-deps", "time", "math/rand/v2", "os", "net/http", "sync/atomic", "maps", "slices", "fmt", "log/slog"))
	for _, c := range []struct{ imports, body, want string }{
		{`"time"`, `var _ = func() time.Time { return time.Now() }`, "use s.Now()"},
		{`clock "time"`, `var _ = clock.Since`, "use s.Now().Sub(…)"},
		{`"time"`, `func f() { time.Sleep(1) }`, "set a timer"},
		{`"time"`, `var _ = time.NewTicker`, "set a timer"},
		{`"time"`, `var _ = time.Unix(0, 0).In(time.Local)`, "use UTC"},
		{`"math/rand/v2"`, `var _ = rand.Int()`, "hashes of business keys"},
		{`"os"`, `var _ = os.Args`, "Policy"},
		{`"net/http"`, `var _ = http.Get`, "Output"},
		{`"log/slog"`, `var _ = slog.Info`, "s.Count"},
		{`"sync/atomic"`, `var n atomic.Int64`, "Table"},
		{`"fmt"`, `func f() { fmt.Println() }`, "message"},
		{``, `func f() { go f() }`, "goroutine"},
		{``, `var c chan int`, "channel"},
		{``, `func f[C interface{ ~chan int }](c C) { <-c }`, "channel"},
		{``, `var f = 2.5`, "floating-point"},
		{``, `func f(x float64) {}`, "float64"},
		{``, `func f(m map[string]int) { for range m {} }`, "ranges over a map"},
		{``, `type table map[string]int; func f(m table) { for range m {} }`, "ranges over a map"},
		{``, `func f[M ~map[string]int](m M) { for range m {} }`, "ranges over a map"},
		{`"maps"`, `func f(m map[string]int) { for range maps.Keys(m) {} }`, "maps.Keys"},
		{`"maps"; "slices"`, `func f(m map[string]int) []string { return slices.Collect(maps.Keys(m)) }`, "maps.Keys"},
		{``, "// order does not matter:\nfunc f(m map[string]int) { for range m {} }", "ranges over a map"},
		{``, `var n int; func f() { n++ }`, "package variable n"},
		{``, `var m = map[string]struct{ n []int }{}; func f() { m["a"].n[0] += 1 }`, "package variable m"},

		{``, "func f(m map[string]int) (sum int) {\n// order does not matter: it is a sum\nfor _, n := range m { sum += n }\nreturn }", ""},
		{`"maps"; "slices"`, `func f(m map[string]int) { for range slices.Sorted(maps.Keys(m)) {} }`, ""},
		{`"maps"`, "func f(m map[string]int) { for range maps.Keys(m) {} } // order does not matter: nothing is done", ""},
		{`"time"`, `func f(now time.Time) time.Time { var n int; n++; return now.Add(time.Duration(n) * time.Hour) }`, ""},
	} {
		files := token.NewFileSet()
		source := "package p\nimport (" + c.imports + ")\n" + c.body
		file, err := parser.ParseFile(files, "p.go", source, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("%s: %v", c.body, err)
		}
		findings, err := impurities(files, []parsed{{file, "p.go"}}, "p", lookup)
		if err != nil {
			t.Errorf("%s: %v", c.body, err)
		}
		all := strings.Join(findings, "\n")
		if c.want == "" && all != "" || !strings.Contains(all, c.want) {
			t.Errorf("%s:\nfound %q\nwant  %q", c.body, all, c.want)
		}
	}
}
