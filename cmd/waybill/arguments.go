package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"waybill/topics"
)

// group is a command that only holds others.
func group(command *cobra.Command, of ...*cobra.Command) *cobra.Command {
	command.Args = onlyCommands
	command.RunE = func(command *cobra.Command, _ []string) error { return command.Help() }
	command.AddCommand(of...)
	return command
}

// onlyCommands refuses what is no command, and says which may be meant.
func onlyCommands(command *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	meant := ""
	command.SuggestionsMinimumDistance = 2
	if near := command.SuggestionsFor(args[0]); len(near) > 0 {
		meant = "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return usage{fmt.Errorf("there is no command %q%s", strings.TrimSpace(command.CommandPath()+" "+args[0]), meant)}
}

// noArguments refuses arguments.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage{fmt.Errorf("%q: this command takes no arguments", args[0])}
	}
	return nil
}

// arguments takes one argument, and up to most of them when that is not negative; what names them.
func arguments(what string, most int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return usage{fmt.Errorf("name the %s", what)}
		case most >= 0 && len(args) > most:
			return usage{fmt.Errorf("%q: there is one argument too many: only the %s is taken", args[most], what)}
		}
		return nil
	}
}

// completeTopics completes the name of a topic that fits.
func completeTopics(fits func(topics.Entry) bool) cobra.CompletionFunc {
	return func(command *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		folder, _ := command.Flags().GetString("catalogue")
		catalogue, err := loadCatalogue(folder)
		if err != nil || len(args) > 0 {
			return nil, cobra.ShellCompDirectiveDefault // a file may follow
		}
		var names []string
		for _, entry := range catalogue.Topics() {
			if fits(entry) {
				names = append(names, entry.Name+"\t"+entry.Description)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

func everyTopic(topics.Entry) bool { return true }

func sourceTopic(entry topics.Entry) bool { return entry.Role == topics.Source }

// topicOf looks a topic up, and says which may be meant.
func topicOf(catalogue topics.Catalogue, name string) (topics.Entry, error) {
	if entry, ok := catalogue.Topic(name); ok {
		return entry, nil
	}
	var near []string
	for _, entry := range catalogue.Topics() {
		if strings.Contains(entry.Name, name) || strings.Contains(name, entry.Name) {
			near = append(near, entry.Name)
		}
	}
	meant := ""
	if len(near) > 0 {
		meant = "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return topics.Entry{}, usage{fmt.Errorf("the catalogue has no topic %q%s See `waybill topics list`", name, map[bool]string{true: ".", false: ""}[meant == ""]+meant)}
}

// completeWords completes one of fixed words.
func completeWords(words ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}
