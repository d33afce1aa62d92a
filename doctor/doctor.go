// Package doctor finds what is wrong with a set-up: its connections, its cluster and registry, its disk, and its stages. It
// changes nothing, but for a file in the state folder that it writes and removes.
package doctor

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/node"
	"waybill/schemas"
	"waybill/stream"
	"waybill/topics"
)

// Status says how a check ended.
type Status string

// The ends of a check.
const (
	OK      Status = "ok"
	Problem Status = "problem"
	Unknown Status = "unknown" // it could not be checked, because of a problem that is named elsewhere, or was not worth it
)

// Finding is the result of one check.
type Finding struct {
	Check  string `json:"check"`
	Status Status `json:"status"`
	Result string `json:"result"`
	Do     string `json:"do,omitempty"` // what mends a problem
}

// Options are what is examined.
type Options struct {
	Config     node.Config
	Catalogue  topics.Catalogue
	Stages     []*stream.Stage
	Changelogs []topics.Entry
	Client     []kgo.Opt
	Registry   *schemas.RegistryClient
	Now        func() time.Time
}

// patience bounds one check: who asks sits before it.
const patience = 10 * time.Second

// Examine runs every check, in the order in which problems are to be mended. A check that rests on a broken one is unknown.
func Examine(ctx context.Context, options Options) []Finding {
	e := &examination{Options: options}
	client, err := kgo.NewClient(options.Client...)
	if err != nil {
		e.problem("brokers", err.Error(), "correct the connection settings")
		return e.findings
	}
	defer client.Close()
	e.client, e.admin = client, kadm.NewClient(client)
	for _, check := range []func(context.Context){
		e.brokers, e.brokerVersion, e.transactions, e.replicas, e.registryAnswers, e.agreement, e.stateFolder, e.clock, e.groups,
	} {
		bounded, cancel := context.WithTimeout(ctx, patience)
		check(bounded)
		cancel()
	}
	return e.findings
}

// Healthy tells that no check found a problem.
func Healthy(findings []Finding) bool {
	for _, finding := range findings {
		if finding.Status == Problem {
			return false
		}
	}
	return true
}

// examination is one run of the checks.
type examination struct {
	Options
	client *kgo.Client
	admin  *kadm.Client

	brokersAnswer    bool
	registryAnswered bool
	findings         []Finding
}

func (e *examination) ok(check, result string) {
	e.findings = append(e.findings, Finding{check, OK, result, ""})
}

func (e *examination) problem(check, result, do string) {
	e.findings = append(e.findings, Finding{check, Problem, result, do})
}

func (e *examination) unknown(check, why string) {
	e.findings = append(e.findings, Finding{check, Unknown, why, ""})
}

const noBroker = "no broker answers"
