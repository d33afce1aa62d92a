package topics

import (
	"context"
	"fmt"

	"waybill/schemas"
)

// PlanSchemas is the part of Plan that is about the registry: contracts to register and levels to set. It needs no broker.
func PlanSchemas(ctx context.Context, registry Registry, catalogue Catalogue) (Changes, error) {
	p := &planning{registry: registry, changes: Changes{Changes: []Change{}, Refused: []Refusal{}}}
	for _, entry := range catalogue.Topics() {
		if err := p.planSubject(ctx, entry); err != nil {
			return Changes{}, err
		}
	}
	return p.changes, nil
}

// ApplySchemas makes the changes of a plan of PlanSchemas. It may be repeated.
func ApplySchemas(ctx context.Context, registry Registry, changes Changes) error {
	if len(changes.Refused) > 0 {
		return fmt.Errorf("%w:\n%s", ErrRefused, Changes{Refused: changes.Refused})
	}
	return (&applying{registry: registry}).settleSubjects(ctx, changes)
}

// SubjectCheck says how a topic's contract stands in the registry.
type SubjectCheck struct {
	Topic      string   `json:"topic"`
	Subject    string   `json:"subject"`
	Registered bool     `json:"registered"`
	SchemaID   int      `json:"schema_id,omitempty"` // of the contract, when it is registered
	Level      string   `json:"level"`               // the registry's; empty: none is set for the subject
	Wanted     string   `json:"wanted_level"`        // the catalogue's
	Problems   []string `json:"problems"`            // what keeps stages or sources from working with it; none when all is well
}

// CheckSchemas compares every contract with the registry, by topic, and changes nothing.
func CheckSchemas(ctx context.Context, registry Registry, catalogue Catalogue) ([]SubjectCheck, error) {
	checks := []SubjectCheck{}
	for _, entry := range catalogue.Topics() {
		contract, ok := schemas.Contract(entry.Name)
		if entry.Subject == "" || !ok {
			continue
		}
		p := &planning{registry: registry}
		if err := p.planSubject(ctx, entry); err != nil {
			return nil, err
		}
		check := SubjectCheck{Topic: entry.Name, Subject: entry.Subject, Registered: true, Level: entry.Compatibility, Wanted: entry.Compatibility, Problems: []string{}}
		for _, change := range p.changes.Changes {
			switch change.Action {
			case SetCompatibility:
				check.Level = change.From
				check.Problems = append(check.Problems, "level "+change.Detail())
			case RegisterSchema:
				check.Registered = false
				what := "the contract is not registered"
				if !change.created {
					what += ": the subject's latest schema is another"
				}
				check.Problems = append(check.Problems, what)
			}
		}
		for _, refusal := range p.changes.Refused {
			check.Registered = false
			check.Problems = append(check.Problems, refusal.Reason)
		}
		if check.Registered {
			var err error
			if check.SchemaID, err = registry.ID(ctx, entry.Subject, contract); err != nil {
				return nil, err
			}
		}
		checks = append(checks, check)
	}
	return checks, nil
}
