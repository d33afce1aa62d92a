package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"waybill/processors"
	"waybill/stream"
	"waybill/topics"
)

func newTopology() *cobra.Command {
	var format, principal string
	var acls bool
	command := &cobra.Command{
		Use:   "topology [STAGE…]",
		Short: "What each stage reads, keeps and writes; and the least access that it needs",
		Long: `Prints the stages, or those that are named: what they read, what they look up, what they write, what they keep and which
timers they set. --format mermaid prints a flow chart for documents, --format json all of it.

--acls prints the least access that each stage needs on a cluster that restricts it, as arguments of Kafka's own
kafka-acls.sh, or with --format json as a list. To create topics (topics apply) takes more, once, by who may.`,
		Example: `  waybill topology
  waybill topology intake --format json
  waybill topology --format mermaid > flow.mmd
  waybill topology --acls --principal 'User:waybill-{stage}' | sed 's|^|kafka-acls.sh --bootstrap-server kafka:9092 |' | sh`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return topics.Stages(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(command *cobra.Command, args []string) error {
			config, err := loadConfig(command)
			if err != nil {
				return err
			}
			catalogue, err := loadCatalogue(config.Catalogue)
			if err != nil {
				return err
			}
			stages, err := chosen(processors.Stages(catalogue), args)
			if err != nil {
				return err
			}
			topologies := []stream.Topology{}
			for _, stage := range stages {
				topologies = append(topologies, stage.Topology())
			}
			return printTopology(newPrinter(command), topologies, format, principal, acls)
		},
	}
	configFlags(command, "catalogue")
	command.Flags().StringVar(&format, "format", "text", "text, mermaid or json")
	command.Flags().BoolVar(&acls, "acls", false, "print the least access that each stage needs")
	command.Flags().StringVar(&principal, "principal", "User:waybill-{stage}", "of --acls: who runs a stage; {stage} is its name")
	_ = command.RegisterFlagCompletionFunc("format", completeWords("text", "mermaid", "json"))
	return command
}

func printTopology(p *printer, topologies []stream.Topology, format, principal string, acls bool) error {
	switch {
	case format == "json" && acls:
		return p.json(allowedOf(topologies, principal))
	case format == "json":
		return p.json(topologies)
	case format == "text" && acls:
		for _, line := range aclArguments(allowedOf(topologies, principal)) {
			p.line("%s", line)
		}
	case format == "text":
		for i, topology := range topologies {
			if i > 0 {
				p.line("")
			}
			printStage(p, topology)
		}
	case format == "mermaid" && !acls:
		p.line("%s", mermaid(topologies))
	case format == "mermaid":
		return usage{fmt.Errorf("--acls: there is no picture of access: leave --format out, or say json")}
	default:
		return usage{fmt.Errorf("--format: %q is not one of text, mermaid, json", format)}
	}
	return nil
}

func printStage(p *printer, topology stream.Topology) {
	p.line("%s  %s", p.strong(topology.Stage), p.faint("group "+topology.Group))
	for _, row := range []struct {
		what  string
		names []string
	}{
		{"reads", topology.Inputs}, {"looks up", topology.References}, {"writes", topology.Outputs},
		{"keeps", topology.Tables}, {"changelog", []string{topology.Changelog}}, {"timers", topology.Timers},
	} {
		if len(row.names) == 0 {
			continue
		}
		for i, line := range strings.Split(p.wrap("", strings.Join(row.names, ", ")), "\n") {
			label := row.what
			if i > 0 {
				label = ""
			}
			p.line("  %s %s", p.faint(fmt.Sprintf("%-10s", label)), line)
		}
	}
}

// mermaid draws topics as rounded boxes, stages as boxes, and what is looked up by dotted lines. Dead letters, which every
// stage writes, are left out.
func mermaid(topologies []stream.Topology) string {
	lines := []string{"flowchart LR"}
	id := strings.NewReplacer(".", "_", "-", "_")
	drawn := map[string]bool{}
	topic := func(name string) string {
		if !drawn[name] {
			drawn[name] = true
			lines = append(lines, fmt.Sprintf("  %s([%s])", id.Replace(name), name))
		}
		return id.Replace(name)
	}
	for _, topology := range topologies {
		stage := "stage_" + topology.Stage
		lines = append(lines, fmt.Sprintf("  %s[[%s]]", stage, topology.Stage))
		for _, name := range topology.Inputs {
			lines = append(lines, fmt.Sprintf("  %s --> %s", topic(name), stage))
		}
		for _, name := range topology.References {
			lines = append(lines, fmt.Sprintf("  %s -.-> %s", topic(name), stage))
		}
		for _, name := range topology.Outputs {
			if name != topics.DeadLetters {
				lines = append(lines, fmt.Sprintf("  %s --> %s", stage, topic(name)))
			}
		}
	}
	return strings.Join(lines, "\n")
}

// allowed is what a principal has to be allowed.
type allowed struct {
	Stage     string `json:"stage"`
	Principal string `json:"principal"`
	stream.Access
}

func allowedOf(topologies []stream.Topology, principal string) []allowed {
	all := []allowed{}
	seen := map[allowed]bool{} // stages that share a principal share what it is allowed
	for _, topology := range topologies {
		for _, access := range topology.Access() {
			one := allowed{topology.Stage, strings.ReplaceAll(principal, "{stage}", topology.Stage), access}
			same := one
			same.Stage = ""
			if !seen[same] {
				seen[same] = true
				all = append(all, one)
			}
		}
	}
	return all
}

// aclArguments are arguments of kafka-acls.sh, one line for each principal, operation and kind of resource.
func aclArguments(all []allowed) []string {
	type call struct{ principal, resource, operation string }
	var calls []call
	names := map[call][]string{}
	prefixed := map[call]bool{}
	for _, one := range all {
		c := call{one.Principal, one.Resource, one.Operation}
		if names[c] == nil {
			calls = append(calls, c)
		}
		names[c], prefixed[c] = append(names[c], one.Name), one.Prefix
	}
	var lines []string
	for _, c := range calls {
		line := fmt.Sprintf("--add --allow-principal %s --operation %s", quoted(c.principal), capital(c.operation))
		for _, name := range names[c] {
			line += fmt.Sprintf(" --%s %s", c.resource, quoted(name))
		}
		if prefixed[c] {
			line += " --resource-pattern-type prefixed"
		}
		lines = append(lines, line)
	}
	return lines
}

// quoted writes a word so that a shell takes it as one.
func quoted(word string) string {
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:") == "" && word != "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
