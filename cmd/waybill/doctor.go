package main

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waybill/doctor"
	"waybill/processors"
	"waybill/stream"
)

func newDoctor() *cobra.Command {
	var output string
	command := &cobra.Command{
		Use:   "doctor",
		Short: "What is wrong with this set-up, and what to do about it",
		Long: `Checks the configuration, brokers and their versions, the registry, whether the cluster agrees with the catalogue, the
state folder and its disk, the clock, and how far behind each stage is. It changes nothing. Exit code 3 when there is a
problem.`,
		Example: `  waybill doctor
  waybill doctor --config /etc/waybill.yaml --output json | jq '.[] | select(.status == "problem")'`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			p := newPrinter(command)
			found := examine(command)
			if output == "json" {
				if err := p.json(found); err != nil {
					return err
				}
			} else {
				printFindings(p, found)
			}
			if !doctor.Healthy(found) {
				return findings{}
			}
			return command.Context().Err()
		},
	}
	configFlags(command)
	outputFlag(command, &output)
	return command
}

func examine(command *cobra.Command) []doctor.Finding {
	const check = "configuration"
	c, err := configured(command)
	if err != nil {
		wrong := []doctor.Finding{}
		var wrapped usage
		if errors.As(err, &wrapped) {
			err = wrapped.error
		}
		for line := range strings.SplitSeq(err.Error(), "\n") {
			wrong = append(wrong, doctor.Finding{Check: check, Status: doctor.Problem, Result: line, Do: "correct it in the file, the environment or the flag; nothing else was checked"})
		}
		return wrong
	}
	stages := processors.Stages(c.catalogue)
	good := doctor.Finding{Check: check, Status: doctor.OK, Result: "valid"}
	return append([]doctor.Finding{good}, doctor.Examine(command.Context(), doctor.Options{
		Config: c.config, Catalogue: c.catalogue, Stages: stages, Changelogs: stream.Changelogs(c.catalogue, stages),
		Client: c.client, Registry: c.registry, Now: time.Now,
	})...)
}

func printFindings(p *printer, found []doctor.Finding) {
	for _, finding := range found {
		mark := map[doctor.Status]string{doctor.OK: p.good("ok     "), doctor.Problem: p.bad("problem"), doctor.Unknown: p.faint("unknown")}[finding.Status]
		text := strings.Split(p.wrap(strings.Repeat(" ", 30), finding.Result), "\n")
		p.line("%s  %-19s  %s", mark, finding.Check, strings.TrimLeft(text[0], " "))
		for _, more := range text[1:] {
			p.line("%s", more)
		}
		if finding.Do != "" {
			p.line("%s", p.strong(p.wrap(strings.Repeat(" ", 30), "→ "+finding.Do)))
		}
	}
}
