package topics

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"waybill/schemas"
)

//go:embed catalogue
var embedded embed.FS

// Embedded is the folder of the catalogue that is built into the program, for an operator to begin with.
func Embedded() fs.FS {
	files, err := fs.Sub(embedded, "catalogue")
	if err != nil {
		panic(err) // a constant, valid path
	}
	return files
}

// Default is the catalogue that is built into the program.
func Default() Catalogue { return defaultCatalogue() }

var defaultCatalogue = sync.OnceValue(func() Catalogue {
	catalogue, err := Load(Embedded())
	if err != nil {
		panic(fmt.Sprintf("topics: the built-in catalogue is invalid: %v", err)) // a test loads it
	}
	return catalogue
})

const (
	systemsFile   = "systems.yaml"
	repairsFolder = "repairs"
)

// Load reads and checks a catalogue: *.yaml with topics, systems.yaml, and repairs/*.yaml. It names every error that it
// finds with file, line and field, not only the first.
func Load(files fs.FS) (Catalogue, error) {
	var problems []error
	loading := loading{files: files, problems: &problems, where: map[string]place{}}
	loading.readFolder()
	loading.checkWhole()
	if len(problems) > 0 {
		return Catalogue{}, errors.Join(problems...)
	}
	return loading.catalogue.indexed(), nil
}

// loading is a catalogue while it is being read.
type loading struct {
	files     fs.FS
	problems  *[]error
	catalogue Catalogue
	where     map[string]place // of each topic, by name
	repairs   []repairPlace
	unread    bool // a file could not be read: what is missing may be in it
}

// repairPlace is where a repair stands.
type repairPlace struct {
	place
	repair schemas.Repair
}

// place is where a topic stands.
type place struct {
	file *file
	path []string
}

// readFolder reads all files: the systems first, for the topics name their kinds; the repairs last, for they name topics.
func (l *loading) readFolder() {
	names, repairs := l.list("."), l.list(repairsFolder)
	if slices.Contains(names, systemsFile) {
		l.readSystems()
	} else {
		l.unread = true
		l.add(fmt.Errorf("%s: missing: it registers the systems whose events are believed", systemsFile))
	}
	for _, name := range names {
		if name != systemsFile {
			l.readTopics(name)
		}
	}
	for _, name := range repairs {
		l.readRepairs(path.Join(repairsFolder, name))
	}
}

// list names a folder's YAML files, sorted. A file that nobody would read is a mistake; texts for people are not.
func (l *loading) list(folder string) []string {
	entries, err := fs.ReadDir(l.files, folder)
	if err != nil {
		if folder == "." || !errors.Is(err, fs.ErrNotExist) {
			l.add(fmt.Errorf("read folder %s of the catalogue: %w", folder, err))
		}
		return nil
	}
	var names []string
	for _, entry := range entries {
		name := entry.Name()
		switch {
		case entry.IsDir() && folder == "." && name == repairsFolder, strings.HasSuffix(name, ".md"), strings.HasPrefix(name, "."):
		case !entry.IsDir() && strings.HasSuffix(name, ".yaml"):
			names = append(names, name)
		default:
			l.add(fmt.Errorf("%s: would not be read: the catalogue is *.yaml and %s/*.yaml", path.Join(folder, name), repairsFolder))
		}
	}
	return names
}

func (l *loading) add(err error) { *l.problems = append(*l.problems, err) }

func (l *loading) readTopics(name string) {
	f, document := open[topicFile](l.files, name, l.problems)
	if document == nil {
		l.unread = true
		return
	}
	if document.Domain == "" {
		f.problem([]string{"domain"}, "missing: say whose topics these are")
	}
	for _, topicName := range sortedKeys(document.Topics) {
		where := place{f, []string{"topics", topicName}}
		if other, twice := l.where[topicName]; twice {
			f.problem(where.path, "is there already, in %s", other.file.name)
			continue
		}
		l.where[topicName] = where
		l.catalogue.entries = append(l.catalogue.entries, readTopic(where, document.Domain, document.Topics[topicName]))
	}
}

func (l *loading) readSystems() {
	f, document := open[systemFile](l.files, systemsFile, l.problems)
	if document == nil {
		l.unread = true
		return
	}
	for _, id := range sortedKeys(document.Systems) {
		l.catalogue.systems = append(l.catalogue.systems, readSystem(place{f, []string{"systems", id}}, document.Systems[id]))
	}
	for _, id := range sortedKeys(document.Channels) {
		acceptance := Acceptance(document.Channels[id].Acceptance)
		if acceptance != AcceptanceRequired && acceptance != AcceptanceImplied {
			f.problem([]string{"channels", id, "acceptance"}, "%q is neither %s nor %s", acceptance, AcceptanceRequired, AcceptanceImplied)
		}
		l.catalogue.channels = append(l.catalogue.channels, Channel{ID: id, Acceptance: acceptance})
	}
}

func (l *loading) readRepairs(name string) {
	f, document := open[repairFile](l.files, name, l.problems)
	if document == nil {
		return
	}
	for i, repair := range document.Repairs {
		where := place{f, []string{"repairs", fmt.Sprint(i)}}
		read := readRepair(where, repair)
		l.repairs = append(l.repairs, repairPlace{where, read})
		l.catalogue.repairs = append(l.catalogue.repairs, read)
	}
	slices.SortStableFunc(l.catalogue.repairs, func(a, b schemas.Repair) int {
		return strings.Compare(RepairKey(a.Topic, a.Writer), RepairKey(b.Topic, b.Writer))
	})
}

func sortedKeys[V any](values map[string]V) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
