package topics

import (
	"errors"
	"strings"
	"testing"

	"waybill/schemas"
)

func TestContractsAreCheckedAndRegisteredWithoutABroker(t *testing.T) {
	c := startCluster(t)
	catalogue := Default()
	before, err := CheckSchemas(c.ctx, c.registry, catalogue)
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range before {
		if check.Registered || !strings.Contains(strings.Join(check.Problems, "; "), "not registered") {
			t.Errorf("an empty registry has the contract of %s: %+v", check.Topic, check)
		}
	}
	changes, err := PlanSchemas(c.ctx, c.registry, catalogue)
	if err != nil {
		t.Fatal(err)
	}
	if err := ApplySchemas(c.ctx, c.registry, changes); err != nil {
		t.Fatal(err)
	}
	after, err := CheckSchemas(c.ctx, c.registry, catalogue)
	if err != nil {
		t.Fatal(err)
	}
	if len(after) != len(schemas.ContractTopics()) {
		t.Errorf("%d contracts were checked of %d", len(after), len(schemas.ContractTopics()))
	}
	for _, check := range after {
		if !check.Registered || check.SchemaID == 0 || len(check.Problems) > 0 {
			t.Errorf("a contract that was just registered: %+v", check)
		}
	}
	if again, err := PlanSchemas(c.ctx, c.registry, catalogue); err != nil || !again.Empty() {
		t.Errorf("a second plan is not empty: %v %v", again, err)
	}
}

func TestAContractThatDoesNotFollowIsFoundAndRefused(t *testing.T) {
	c := startCluster(t)
	subject := schemas.Subject("wms.shipments")
	if _, err := c.registry.Register(c.ctx, subject, `{"type":"record","name":"Shipment","namespace":"waybill","fields":[{"name":"shipment_id","type":"long"}]}`); err != nil {
		t.Fatal(err)
	}
	if err := c.registry.SetCompatibility(c.ctx, subject, "FULL_TRANSITIVE"); err != nil {
		t.Fatal(err)
	}
	checks, err := CheckSchemas(c.ctx, refusing{c.registry}, Default())
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range checks {
		if check.Topic == "wms.shipments" && (check.Registered || len(check.Problems) != 1 || !strings.Contains(check.Problems[0], "does not follow")) {
			t.Errorf("%+v", check)
		}
	}
	changes, err := PlanSchemas(c.ctx, refusing{c.registry}, Default())
	if err != nil {
		t.Fatal(err)
	}
	if err := ApplySchemas(c.ctx, refusing{c.registry}, changes); !errors.Is(err, ErrRefused) {
		t.Errorf("it was registered nevertheless: %v", err)
	}
}
