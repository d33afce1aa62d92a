package topics

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// topicFile is one domain's file.
type topicFile struct {
	Domain string                   `yaml:"domain"`
	Topics map[string]topicDocument `yaml:"topics"`
}

// topicDocument is one topic as it is written down; Entry is what it means.
type topicDocument struct {
	Description   string           `yaml:"description"`
	Role          string           `yaml:"role"`
	Key           string           `yaml:"key"`
	Partitions    *int32           `yaml:"partitions"` // default 8
	Retention     string           `yaml:"retention"`
	Cleanup       string           `yaml:"cleanup"`
	Owner         string           `yaml:"owner"`
	Authority     []string         `yaml:"authority"`
	Compatibility string           `yaml:"compatibility"`
	Ordering      orderingDocument `yaml:"ordering"`
	EntityHeaders headersDocument  `yaml:"entity_headers"`
	MaxBytes      string           `yaml:"max_bytes"` // default 1MiB for sources, 8MiB for what waybill writes
	MaxLateness   string           `yaml:"max_lateness"`
	Producers     []string         `yaml:"producers"` // of a source: its authority
	Consumers     []string         `yaml:"consumers"`
	Personal      []string         `yaml:"personal"`
}

type orderingDocument struct {
	Contract string `yaml:"contract"`
	Entity   string `yaml:"entity"`
	Sequence string `yaml:"sequence"`
	Deadline string `yaml:"deadline"`
}

type headersDocument struct {
	Entity   []string `yaml:"entity"`
	Order    []string `yaml:"order"`
	Sequence []string `yaml:"sequence"`
	Source   []string `yaml:"source"`
}

// systemFile is systems.yaml.
type systemFile struct {
	Systems  map[string]systemDocument  `yaml:"systems"`
	Channels map[string]channelDocument `yaml:"channels"`
}

type systemDocument struct {
	Kind        string `yaml:"kind"`
	Owner       string `yaml:"owner"`
	LagBound    string `yaml:"lag_bound"`
	Description string `yaml:"description"`
}

type channelDocument struct {
	Acceptance string `yaml:"acceptance"`
}

// repairFile is one file of folder repairs.
type repairFile struct {
	Repairs []repairDocument `yaml:"repairs"`
}

type repairDocument struct {
	RepairID string               `yaml:"repair_id"`
	Topic    string               `yaml:"topic"`
	Writer   string               `yaml:"writer"`
	Why      string               `yaml:"why"`
	Steps    []repairStepDocument `yaml:"steps"`
}

type repairStepDocument struct {
	Action string    `yaml:"action"`
	Path   string    `yaml:"path"`
	To     *string   `yaml:"to"`
	Value  yaml.Node `yaml:"value"` // of no kind when it is missing; null is a value
}

// file is one YAML file that is being read: where its values stand, and what is wrong with it.
type file struct {
	name     string
	root     *yaml.Node
	problems *[]error
}

// open reads a file strictly into a document. It reports what is wrong and returns nil when nothing of it can be used.
func open[D any](files fs.FS, name string, problems *[]error) (*file, *D) {
	f := &file{name: name, root: &yaml.Node{}, problems: problems}
	text, err := fs.ReadFile(files, name)
	if err != nil {
		f.add(fmt.Errorf("%s: %w", name, err))
		return nil, nil
	}
	document := new(D)
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(document); err != nil && !errors.Is(err, io.EOF) {
		f.addYAML(err)
		return nil, nil
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		f.add(fmt.Errorf("%s: more than one document: write one file for each", name))
	}
	if err := yaml.Unmarshal(text, f.root); err != nil {
		f.addYAML(err)
		return nil, nil
	}
	return f, document
}

func (f *file) add(err error) { *f.problems = append(*f.problems, err) }

// problem reports what is wrong with the value at a path of keys and list positions, by the line of the value or of what
// comes nearest to it.
func (f *file) problem(path []string, format string, args ...any) {
	line := 1
	if f.root != nil {
		line = lineOf(f.root, path)
	}
	f.add(fmt.Errorf("%s:%d: %s: %s", f.name, line, describePath(path), fmt.Sprintf(format, args...)))
}

// at extends a path without sharing its memory.
func at(path []string, more ...string) []string {
	return append(append([]string(nil), path...), more...)
}

// describePath says topics/commerce.orders/ordering/deadline as topic commerce.orders, ordering.deadline.
func describePath(path []string) string {
	if len(path) < 2 {
		return strings.Join(path, ".")
	}
	where := strings.TrimSuffix(path[0], "s") + " " + path[1]
	if rest := path[2:]; len(rest) > 0 {
		where += ", " + strings.Join(rest, ".")
	}
	return where
}

func lineOf(node *yaml.Node, path []string) int {
	line := max(node.Line, 1)
	if node.Kind == yaml.DocumentNode && len(node.Content) > 0 {
		node = node.Content[0]
	}
	for _, step := range path {
		key, value := child(node, step)
		if value == nil {
			break
		}
		line, node = key.Line, value
	}
	return line
}

// child finds what stands under a key, or at a position of a list, and the node whose line names it.
func child(node *yaml.Node, step string) (key, value *yaml.Node) {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == step {
				return node.Content[i], node.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i < len(node.Content) {
			return node.Content[i], node.Content[i]
		}
	default: // a scalar has nothing below it
	}
	return nil, nil
}

var (
	yamlLine    = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	unknownKey  = regexp.MustCompile(`^field (\S+) not found in type topics\.\w+$`)
	repeatedKey = regexp.MustCompile(`^mapping key (".*") already defined at line (\d+)$`)
	wrongType   = regexp.MustCompile("^cannot unmarshal !!(\\w+) ?(?:`(.*)`)? ?into (.*)$")
)

// addYAML reports the errors of the YAML decoder, each with its line and in words that do not speak of Go types.
func (f *file) addYAML(err error) {
	texts := []string{err.Error()}
	var several *yaml.TypeError
	if errors.As(err, &several) {
		texts = several.Errors
	}
	for _, text := range texts {
		where := f.name
		if parts := yamlLine.FindStringSubmatch(text); parts != nil {
			where, text = f.name+":"+parts[1], parts[2]
		}
		f.add(fmt.Errorf("%s: %s", where, explainYAML(strings.TrimPrefix(text, "yaml: "))))
	}
}

func explainYAML(text string) string {
	if parts := unknownKey.FindStringSubmatch(text); parts != nil {
		return fmt.Sprintf("unknown key %q", parts[1])
	}
	if parts := repeatedKey.FindStringSubmatch(text); parts != nil {
		return fmt.Sprintf("%s is there already, on line %s", parts[1], parts[2])
	}
	if parts := wrongType.FindStringSubmatch(text); parts != nil {
		return fmt.Sprintf("a %s %q is not what is expected here", parts[1], parts[2])
	}
	return text
}
