// Package deploy tests what is deployed besides the program: alerts, dashboard, compose file and image. What promtool and
// docker say of them is for `make check-deploy`.
package deploy

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"waybill/processors/conditions"
	"waybill/schemas"
)

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// alert is a rule of alerts.yaml.
type alert struct {
	Name        string `yaml:"alert"`
	Expr        string
	For         string
	Labels      map[string]string
	Annotations map[string]string
}

func alerts(t *testing.T) []alert {
	t.Helper()
	var file struct {
		Groups []struct{ Rules []alert }
	}
	if err := yaml.Unmarshal([]byte(read(t, "prometheus/alerts.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	var all []alert
	for _, group := range file.Groups {
		all = append(all, group.Rules...)
	}
	if len(all) == 0 {
		t.Fatal("alerts.yaml has no rules")
	}
	return all
}

func TestEachAlertHasASeverityAndASectionInTheRunbook(t *testing.T) {
	sections := map[string]bool{}
	for line := range strings.Lines(read(t, "../docs/runbook.md")) {
		if title, ok := strings.CutPrefix(line, "### "); ok {
			sections[strings.ToLower(strings.TrimSpace(title))] = true
		}
	}
	for _, rule := range alerts(t) {
		if !slices.Contains([]string{"page", "ticket"}, rule.Labels["severity"]) {
			t.Errorf("%s: severity %q is neither page nor ticket", rule.Name, rule.Labels["severity"])
		}
		if rule.Annotations["summary"] == "" || rule.Annotations["description"] == "" {
			t.Errorf("%s: summary or description is missing", rule.Name)
		}
		anchor := strings.ToLower(rule.Name)
		if want := "docs/runbook.md#" + anchor; rule.Annotations["runbook"] != want {
			t.Errorf("%s: runbook is %q, want %q", rule.Name, rule.Annotations["runbook"], want)
		}
		if !sections[anchor] {
			t.Errorf("docs/runbook.md has no section %s", rule.Name)
		}
		delete(sections, anchor)
	}
	for section := range sections {
		if strings.HasPrefix(section, "waybill") && !strings.Contains(section, " ") {
			t.Errorf("docs/runbook.md has a section %s, and no alert is called so", section)
		}
	}
}

func TestEachAlertHasAnExampleOfItself(t *testing.T) {
	examples := read(t, "prometheus/alerts_test.yaml")
	for _, rule := range alerts(t) {
		if !regexp.MustCompile(`alertname: ` + rule.Name + `\b\s+exp_alerts:\s+- exp_labels`).MatchString(examples) {
			t.Errorf("alerts_test.yaml does not show %s firing", rule.Name)
		}
	}
}

func TestCriticalExceptionsAlertNamesTheCriticalClasses(t *testing.T) {
	var critical []string
	for _, class := range conditions.Table() {
		if class.Severity == schemas.SeverityCritical {
			critical = append(critical, class.Name)
		}
	}
	slices.Sort(critical)
	for _, rule := range alerts(t) {
		if rule.Name != "WaybillCriticalExceptions" {
			continue
		}
		named := strings.Split(regexp.MustCompile(`class=~"([^"]*)"`).FindStringSubmatch(rule.Expr)[1], "|")
		slices.Sort(named)
		if !slices.Equal(named, critical) {
			t.Errorf("the alert is about %v; the critical classes are %v", named, critical)
		}
	}
}

// metricNames finds the metrics that a text speaks of.
var metricNames = regexp.MustCompile(`\bwaybill_[a-z_]+\b`)

func TestDashboardIsWholeAndShowsWhatTheAlertsSpeakOf(t *testing.T) {
	text := read(t, "grafana/waybill.json")
	var dashboard struct {
		UID    string
		Panels []struct {
			ID      int
			Type    string
			Title   string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(text), &dashboard); err != nil {
		t.Fatal(err)
	}
	ids := map[int]string{}
	for _, panel := range dashboard.Panels {
		if other, taken := ids[panel.ID]; taken {
			t.Errorf("panels %q and %q share the id %d", other, panel.Title, panel.ID)
		}
		ids[panel.ID] = panel.Title
		if panel.GridPos.X+panel.GridPos.W > 24 {
			t.Errorf("panel %q is wider than the page", panel.Title)
		}
		if panel.Type != "row" && (len(panel.Targets) == 0 || !metricNames.MatchString(panel.Targets[0].Expr)) {
			t.Errorf("panel %q shows no metric of ours", panel.Title)
		}
	}
	for _, rule := range alerts(t) {
		for _, name := range metricNames.FindAllString(rule.Expr, -1) {
			if !strings.Contains(text, name) {
				t.Errorf("%s goes by %s, which the dashboard does not show", rule.Name, name)
			}
		}
	}
}

// A name is declared by a string of its own in the code; a histogram's has endings of its own where it is asked for.
func TestAlertsAndDashboardSpeakOfMetricsThatTheCodeHas(t *testing.T) {
	declared := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		for _, quoted := range regexp.MustCompile(`"waybill_[a-z_]+"`).FindAllString(read(t, path), -1) {
			declared[strings.Trim(quoted, `"`)] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"prometheus/alerts.yaml", "prometheus/alerts_test.yaml", "grafana/waybill.json", "../docs/runbook.md"} {
		for _, name := range metricNames.FindAllString(read(t, file), -1) {
			if !declared[name] && !declared[strings.TrimSuffix(name, "_bucket")] {
				t.Errorf("%s speaks of %s, which the code does not have", file, name)
			}
		}
	}
	dashboard := read(t, "grafana/waybill.json")
	for name := range declared {
		if !strings.Contains(dashboard, name) {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}

func TestEveryServiceOfTheComposeFileIsBoundedAndMountsWhatThereIs(t *testing.T) {
	var compose struct {
		Services map[string]struct {
			Image     string
			Build     struct{ Context, Dockerfile string }
			MemLimit  string `yaml:"mem_limit"`
			Volumes   []string
			DependsOn map[string]any `yaml:"depends_on"`
			Ports     []string
		}
		Volumes map[string]any
	}
	if err := yaml.Unmarshal([]byte(read(t, "compose.yaml")), &compose); err != nil {
		t.Fatal(err)
	}
	for name, service := range compose.Services {
		if service.MemLimit == "" {
			t.Errorf("%s has no mem_limit", name)
		}
		if service.Build.Context == "" && !strings.Contains(service.Image, ":") {
			t.Errorf("%s: image %s has no version", name, service.Image)
		}
		if file := service.Build.Dockerfile; file != "" {
			if _, err := os.Stat(filepath.Join(service.Build.Context, file)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, port := range service.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to the network", name, port)
			}
		}
		for _, volume := range service.Volumes {
			source, _, _ := strings.Cut(volume, ":")
			if !strings.HasPrefix(source, ".") {
				if _, declared := compose.Volumes[source]; !declared {
					t.Errorf("%s: volume %s is not declared", name, source)
				}
			} else if _, err := os.Stat(source); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for other := range service.DependsOn {
			if _, there := compose.Services[other]; !there {
				t.Errorf("%s depends on %s, which is not there", name, other)
			}
		}
	}
}

func TestImageIsStaticAndRunsWithoutRoot(t *testing.T) {
	text := read(t, "Dockerfile")
	stages := strings.Split(text, "\nFROM ")
	final := stages[len(stages)-1]
	for _, want := range []struct{ in, pattern string }{
		{text, `CGO_ENABLED=0 go build`},
		{text, `(?m)^FROM golang:` + regexp.QuoteMeta(goVersion(t)) + ` AS build$`},
		{final, `^scratch\n`},
		{final, `(?m)^USER [1-9][0-9]*:[1-9][0-9]*$`},
		{final, `ca-certificates`},
		{final, `(?m)^ENTRYPOINT \["/waybill"\]$`},
	} {
		if !regexp.MustCompile(want.pattern).MatchString(want.in) {
			t.Errorf("the Dockerfile has nothing like %s", want.pattern)
		}
	}
}

// goVersion is the release of go.mod's go line, such as 1.26.
func goVersion(t *testing.T) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "../go.mod"))
	if found == nil {
		t.Fatal("go.mod names no Go release")
	}
	return found[1]
}
